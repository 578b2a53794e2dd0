"""The measures of a recap, as counts that can be added over meetings."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Found:
    """Statements of the truth and how many of them were found; points listed and how many of them are right."""

    wanted: int = 0
    found: int = 0
    listed: int = 0
    right: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of a total."""

    count: float = 0
    total: float = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.count + other.count, self.total + other.total)

    @property
    def ratio(self) -> float | None:
        """0..1; None of nothing."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class RecapScore:
    """How good a recap is.

    - `topics`: stretches of the truth that a topic of the recap lies in; `topics_listed`: topics of the recap.
    - `words`: content words of the person's summary that overview and topics have.
    - `supported`: points that share half or more of their content words with the lines they cite.
    - `decisions`, `tasks`, `questions`: found and right by their times, where the truth lists them.
    - `owners`, `dues`: of the tasks that were found and have one.
    - `read`: seconds of speech that went into the recap, of those there; nothing where it is not known.
    - `seconds` and `tokens` that it took.
    """

    topics: Share = Share()
    topics_listed: int = 0
    words: Share = Share()
    supported: Share = Share()
    decisions: Found = Found()
    tasks: Found = Found()
    questions: Found = Found()
    owners: Share = Share()
    dues: Share = Share()
    read: Share = Share()
    seconds: float = 0.0
    tokens: int = 0

    def __add__(self, other: RecapScore) -> RecapScore:
        return RecapScore(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))
