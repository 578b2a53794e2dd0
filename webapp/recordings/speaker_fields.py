"""The form in which users name the speakers of a recording."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.accepted_offers import name_number
from webapp.recordings.document import Document
from webapp.recordings.speaker_badges import SpeakerBadge


@dataclass(frozen=True, slots=True)
class SpeakerField:
    """A speaker in the form.

    `given` is the name given so far, "" for none. `share` is the share of all speech in per cent. `first` is the start
    of the first turn in seconds, `anchor` leads to it.
    """

    id: str
    badge: SpeakerBadge
    numbered: str
    given: str
    share: int
    first: float
    anchor: str


def list_speaker_fields(document: Document) -> list[SpeakerField]:
    """The speakers of a recap, in the order of their first words."""
    spoken = sum(badge.seconds for badge in document.speakers) or 1.0
    fields = []
    speakers = document.recap.transcript.speakers
    for speaker, badge in zip(speakers, document.speakers, strict=True):
        numbered = name_number(speaker.id)
        first_turn = next((turn for turn in document.turns if turn.speaker == badge), None)
        fields.append(
            SpeakerField(
                id=speaker.id,
                badge=badge,
                numbered=numbered,
                given="" if speaker.name == numbered else speaker.name,
                share=round(100 * badge.seconds / spoken),
                first=first_turn.start if first_turn else 0.0,
                anchor=first_turn.anchor if first_turn else "",
            )
        )
    return fields
