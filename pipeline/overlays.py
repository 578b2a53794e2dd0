"""What is laid over a transcript: spellings, numbers and offers. What the engines heard stays below it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """Words that are written by a vocabulary: `written` from character `position` of the segment's text on.

    `heard` is what the recognizer had there; in its place, the text is as it was heard.
    """

    position: int
    written: str
    heard: str


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as people write it: `written` instead of `said`, which is at character `position` of the text."""

    position: int
    said: str
    written: str


@dataclass(frozen=True, slots=True)
class VoiceOffer:
    """A guess about voices that people may accept: two speakers are one person (`merge`), or one is two (`part`).

    `confidence` is 0.5..1. `examples` are two stretches to listen to, one of each voice; `spans` are all those of the
    second voice of a speaker to part. All are (start, end) in seconds.
    """

    kind: str
    speakers: tuple[str, ...]
    confidence: float
    examples: tuple[tuple[float, float], ...]
    spans: tuple[tuple[float, float], ...] = ()

    @property
    def id(self) -> str:
        """The same for the same speakers."""
        return "-".join((self.kind, *self.speakers))
