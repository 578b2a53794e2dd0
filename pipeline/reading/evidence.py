"""The line beside a point, as a reader is shown it."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.recap import Point, Segment

SHOWN_PROOFS = ("lines", "anchored")
"""Proofs of points in the language model's words; any other text was said itself."""
MAX_SHOWN = 3


def shown_lines(point: Point, segments: Mapping[str, Segment]) -> str:
    """What was said in the first lines that a point cites; empty if its text is what was said, or is of old."""
    if point.proof not in SHOWN_PROOFS:
        return ""
    cited = [segments[one] for one in point.segments if one in segments]
    return " … ".join(one.text for one in cited[:MAX_SHOWN])
