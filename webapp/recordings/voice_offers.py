"""Offers to merge speakers who seem to be one person, or to part one who seems to be two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from core.clock import utc_now
from core.database.tables import Recording
from core.queue import notifications
from core.recordings import recaps
from core.recordings.voice_answers import ACCEPTED, DISMISSED, get_answers, set_answer
from pipeline.accepted_offers import name_number, second_id
from pipeline.reading.written import written_text
from pipeline.recap import Segment, Transcript, VoiceOffer
from webapp.errors import NotFound, not_ready
from webapp.recordings.document import Document
from webapp.recordings.speaker_badges import UNKNOWN, SpeakerBadge
from webapp.validation import invalid_value, validate, validate_json

OPEN = "open"
STATES = (OPEN, ACCEPTED, DISMISSED)


class _Answer(BaseModel):
    """An answer as sent; `open` takes an earlier one back."""

    model_config = ConfigDict(extra="forbid")

    state: str

    @field_validator("state")
    @classmethod
    def _check_state(cls, value: str) -> str:
        if value not in STATES:
            raise invalid_value(f"There is no state {value[:20]!r}.", f"Send one of {', '.join(STATES)}.")
        return value


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A sentence to listen to: when, by whom, what is said. `anchor` leads to its paragraph."""

    anchor: str
    start: float
    speaker: SpeakerBadge
    text: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer on the page; `title` is a question while it is open, else what was done."""

    id: str
    kind: str
    state: str
    title: str
    percent: int
    examples: tuple[ExampleView, ...]


def read_form(form: Mapping[str, str]) -> str:
    """The state that a form asks for. Raises InvalidRequest."""
    return validate(_Answer, {"state": form.get("state", "")}).state


def read_json(body: bytes) -> str:
    """The state that a JSON body asks for. Raises InvalidRequest."""
    return validate_json(_Answer, body).state


def answer_offer(recording: Recording, offer_id: str, state: str) -> None:
    """Accept or dismiss an offer, or open it again; the PDF is made again where that changes the speakers.

    Raises NotReady if the speakers are unknown, and NotFound if there is no such offer.
    """
    transcript = recaps.load_transcript(recording.id)
    if transcript is None:
        raise not_ready(recording, "The speakers are not known yet.")
    if all(offer.id != offer_id for offer in transcript.offers):
        raise NotFound("There is no such offer.", "The offers of a recording are listed at its address with /offers.")
    set_answer(recording.id, offer_id, None if state == OPEN else state, utc_now())
    notifications.notify("cpu")


def serialize_offers(recording: Recording, transcript: Transcript) -> list[dict[str, Any]]:
    """The offers about a transcript, as the API has them."""
    answers = _find_answers(recording)
    return [
        {
            "id": offer.id,
            "kind": offer.kind,
            "speakers": list(offer.speakers),
            "confidence": offer.confidence,
            "state": answers.get(offer.id, OPEN),
            "examples": [
                {"start": start, "end": end, "segment": segment.id if segment else None}
                for start, end, segment in _find_examples(offer, transcript)
            ],
        }
        for offer in transcript.offers
    ]


def list_offer_views(recording: Recording, document: Document) -> list[OfferView]:
    """The offers on the page of a recording, open ones first."""
    transcript = document.recap.transcript
    answers = _find_answers(recording) if transcript.offers else {}
    badges = {one.id: badge for one, badge in zip(transcript.speakers, document.speakers, strict=True)}
    views = []
    for offer in transcript.offers:
        state = answers.get(offer.id, OPEN)
        names = {one: badges[one].name if one in badges else name_number(one) for one in _speakers_of(offer)}
        examples = tuple(
            ExampleView(document.anchors.get(segment.id, ""), start, badges.get(segment.speaker or "", UNKNOWN), said)
            for start, end, segment in _find_examples(offer, transcript)
            if segment is not None and (said := _text_between(transcript, start, end))
        )
        percent = round(100 * offer.confidence)
        views.append(OfferView(offer.id, offer.kind, state, _make_title(offer, state, names), percent, examples))
    return sorted(views, key=lambda view: view.state != OPEN)


def _find_answers(recording: Recording) -> dict[str, str]:
    version = recaps.get_version(recording.id)
    return get_answers(recording.id, version.transcript_key if version else None)


def _speakers_of(offer: VoiceOffer) -> tuple[str, ...]:
    return offer.speakers if offer.kind == "merge" else (*offer.speakers, second_id(offer.speakers[0]))


def _make_title(offer: VoiceOffer, state: str, names: Mapping[str, str]) -> str:
    first, second = (names[speaker] for speaker in _speakers_of(offer))
    if state == ACCEPTED:
        return f"{second} was merged into {first}" if offer.kind == "merge" else f"{second} was parted from {first}"
    if offer.kind == "merge":
        return f"{first} and {second} sound like one person"
    return f"{first} sounds like two people"


def _find_examples(offer: VoiceOffer, transcript: Transcript) -> list[tuple[float, float, Segment | None]]:
    """The examples of an offer, each with the segment that begins it."""
    return [(start, end, next(iter(_segments_between(transcript, start, end)), None)) for start, end in offer.examples]


def _segments_between(transcript: Transcript, start: float, end: float) -> list[Segment]:
    return [one for one in transcript.segments if start <= (one.start + one.end) / 2 <= end]


def _text_between(transcript: Transcript, start: float, end: float) -> str:
    return " ".join(written_text(segment) for segment in _segments_between(transcript, start, end))
