"""The coverage bar of a recap: which parts of the recording the transcript and the summary cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.recap import Recap

#: Gaps in the speech shorter than this share of the recording are too thin to be seen.
_SMALLEST_GAP = 1 / 500


@dataclass(frozen=True, slots=True)
class CoverageBar:
    """A rectangle of the bar, in thousandths of the recording. `kind` is speech, left-out or failed."""

    kind: str
    x: float
    width: float


def make_coverage_bars(recap: Recap) -> list[CoverageBar]:
    """The rectangles: speech, what the summary leaves out, and what could not be transcribed."""
    length = recap.transcript.duration_seconds or 1.0
    spans = recap.speech_spans or tuple((segment.start, segment.end) for segment in recap.transcript.segments)
    speech = [_make_bar("speech", start, end, length) for start, end in _join(spans, length * _SMALLEST_GAP)]
    coverage = recap.coverage
    left_out = [_make_bar("left-out", window.start, window.end, length) for window in coverage.not_summarized]
    failed = [_make_bar("failed", window.start, window.end, length) for window in coverage.not_transcribed]
    return speech + left_out + failed


def _make_bar(kind: str, start: float, end: float, length: float) -> CoverageBar:
    x = round(1000 * start / length, 2)
    return CoverageBar(kind, x, max(1.0, round(1000 * end / length - x, 2)))


def _join(spans: Iterable[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """Spans in order; those closer than `gap` seconds are joined."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
