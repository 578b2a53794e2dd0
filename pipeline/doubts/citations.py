"""How much hangs on a segment: what cites it."""

from __future__ import annotations

from pipeline.recap import Summary

UNCITED, CITED, QUESTION, DECISION = 1.0, 1.2, 1.5, 2.0
"""What a word of a segment weighs more, by what cites the segment: nothing, any point, an open question, a decision or
an action item."""


def weigh_citations(summary: Summary) -> dict[str, float]:
    """What the segments (by ID) weigh that any point cites."""
    weights: dict[str, float] = {}
    others = (*summary.overview, *summary.topics, *summary.quotes)
    firmest = (*summary.decisions, *summary.action_items)
    for points, weight in ((others, CITED), (summary.questions, QUESTION), (firmest, DECISION)):
        for point in points:
            weights |= dict.fromkeys(point.segments, weight)
    return weights
