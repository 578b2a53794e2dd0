"""What a doubt is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pipeline.reading.words import LocatedWord
from pipeline.recap import Segment

Kind = Literal["words", "speaker", "point", "missing", "owner", "due"]

AROUND_SECONDS = 0.3
"""What is played before and after words, so that they can be understood."""
VOICE_SECONDS = 5.0
"""So much of a sentence is enough to tell who speaks."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place to listen to, `start` to `end` in seconds.

    `segment` is the one to which it belongs and `speaker` who speaks there; both are None where nothing was recognized.
    `text` has the words in doubt and `span` their characters in the segment's text; None where no words are meant.
    `point` is the ID of the point that depends on it, for the kinds `point`, `owner` and `due`. `doubt` says how likely
    it is to be wrong (0..1), `weight` how much hangs on it (1: an ordinary word), `reason` why it is doubted.
    `listen_seconds` is how long one has to listen to judge it.
    """

    id: str
    kind: Kind
    start: float
    end: float
    segment: str | None
    speaker: str | None
    text: str
    span: tuple[int, int] | None
    point: str | None
    doubt: float
    weight: float
    reason: str
    listen_seconds: float

    @classmethod
    def about_words(
        cls, kind: Kind, segment: Segment, words: Sequence[LocatedWord], doubt: float, weight: float, reason: str
    ) -> Self:
        """The doubt about words of a segment that stand beside one another; `listen_seconds` is how long they last."""
        first, last = words[0], words[-1]
        return cls(
            id=f"{kind}-{segment.id}-{first.start}",
            kind=kind,
            start=first.word.start,
            end=last.word.end,
            segment=segment.id,
            speaker=segment.speaker,
            text=segment.text[first.start : last.end],
            span=(first.start, last.end),
            point=None,
            doubt=doubt,
            weight=weight,
            reason=reason,
            listen_seconds=last.word.end - first.word.start + 2 * AROUND_SECONDS,
        )

    @property
    def rank(self) -> float:
        """What the list is ordered by."""
        return self.doubt * self.weight
