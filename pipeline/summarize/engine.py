"""What every summarizer offers and returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from pipeline.recap import Notice, Summary, Transcript


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """The user's choices: the language of the summary (None: that of the transcript) and the template.

    `instructions` is the text of a template that is not built in, `terms` are names and terms in their right spelling.
    `corrections` are what people corrected in an earlier summary: texts before and after (see `pipeline.edits`).
    """

    language: str | None = None
    template: str = "meeting"
    instructions: str | None = None
    terms: tuple[str, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """A summary with the seconds of speech that went into it (see `spoken_seconds`).

    `missed` has the ranges in seconds without a usable answer. `manner` says how the engine was run, for the list of
    stages. `dropped_points` counts those that the model wrote and the transcript does not support.
    """

    summary: Summary
    summarized_seconds: float
    warnings: tuple[Notice, ...] = ()
    missed: tuple[tuple[float, float], ...] = ()
    manner: str = ""
    dropped_points: int = 0


class Summarizer(Protocol):
    """An engine that turns a transcript into a summary.

    `identity` names engine, model and version: two summarizers of one identity give the same kind of summary.
    """

    @property
    def identity(self) -> str: ...

    def summarize(
        self, transcript: Transcript, options: SummaryOptions, on_progress: Callable[[float], None]
    ) -> SummaryResult:
        """Summarize. `on_progress` gets the share done, 0..1, and may raise to stop the work at once."""
        ...


class Timed(Protocol):
    """Anything with a start and an end in seconds, such as a segment."""

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...


def spoken_seconds(spans: Iterable[Timed]) -> float:
    """Seconds of the recording in at least one of the spans; overlaps count once.

    For all segments of a transcript this is what a complete summary covers.
    """
    total, reached = 0.0, 0.0
    for span in sorted(spans, key=lambda one: one.start):
        total += max(0.0, span.end - max(span.start, reached))
        reached = max(reached, span.end)
    return total


def find_speaker(name: str, transcript: Transcript) -> str | None:
    """The id of the speaker with this name or id; None if there is none."""
    wanted = name.strip().casefold()
    return next((one.id for one in transcript.speakers if wanted in (one.name.casefold(), one.id.casefold())), None)
