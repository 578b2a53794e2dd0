"""Finds a point of one summary in another: the same kind, and at least half of the lines that both cite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.edits.edit import PointAnchor
from pipeline.recap import Point, Transcript

Spans = tuple[tuple[float, float], ...]
#: The share of the longer of two points' lines that they must have in common, in seconds.
SAME_SHARE = 0.5


class CitedSpans:
    """Finds the stretches of a transcript that points cite."""

    def __init__(self, transcript: Transcript) -> None:
        self._spans = {segment.id: (segment.start, segment.end) for segment in transcript.segments}

    def of(self, point: Point) -> Spans:
        """The stretches in seconds; that of the point itself where no cited segment is there."""
        cited = tuple(self._spans[one] for one in point.segments if one in self._spans)
        return cited or ((point.start, point.end),)


def find_same(anchor: PointAnchor, points: Iterable[Point], spans: CitedSpans) -> Point | None:
    """The point that the anchor is about; of several the one with most in common, then with the same text, then id."""
    written = anchor.written
    if written is None:
        return None

    def rank(point: Point) -> tuple[float, bool, bool]:
        return share_of(anchor.spans, spans.of(point)), point.text == written.text, point.id == written.id

    ranked = [(rank(point), point) for point in points]
    alike = [each for each in ranked if each[0][0] >= SAME_SHARE]
    return max(alike, key=lambda each: each[0])[1] if alike else None


def share_of(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """How much of the longer of two sets of stretches is in both, 0..1."""
    if tuple(one) == tuple(other):
        return 1.0
    both = sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)
    longer = max(sum(end - start for start, end in spans) for spans in (one, other))
    return both / longer if longer > 0 else 0.0
