"""Time spans as bars, merged if the gap between them is too small to see."""

from __future__ import annotations

from pipeline.reading.people import StartEnd

LEAST_SPAN = 0.6


def merge_spans(spans: tuple[StartEnd, ...], scale: float, least: float = LEAST_SPAN) -> list[tuple[float, float]]:
    """Spans in points (`scale` points a second), in order; closes gaps below `least` and widens spans to it."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted((start * scale, end * scale) for start, end in spans if end > start):
        if merged and start - merged[-1][1] < least:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [(start, max(end, start + least)) for start, end in merged]
