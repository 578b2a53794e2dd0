"""Time spans as bars: merged where the gap between them is too small to see."""

from __future__ import annotations

from pipeline.reading.people import StartEnd

LEAST_SPAN = 0.6


def merge_spans(spans: tuple[StartEnd, ...], scale: float, least: float = LEAST_SPAN) -> list[tuple[float, float]]:
    """Spans in points (`scale` points a second) from left to right: gaps below `least` closed, none narrower."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted((start * scale, end * scale) for start, end in spans if end > start):
        if merged and start - merged[-1][1] < least:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [(start, max(end, start + least)) for start, end in merged]
