"""What of a recap is by hand, as documents tell it."""

from __future__ import annotations

from pipeline.recap import Recap
from pipeline.render import formatting
from pipeline.summary_points import all_points

MOST_PLACES = 12
"""Of segments that are told by their times."""


def describe_corrections(recap: Recap) -> str:
    """How many segments and points people corrected, with the times in the transcript; empty if none."""
    hours = recap.transcript.duration_seconds >= formatting.HOUR
    edited = [formatting.clock(one.start, hours=hours) for one in recap.transcript.segments if one.edited_by]
    points = all_points(recap.summary)
    changed, approved = sum(one.edited_by is not None for one in points), sum(one.approved for one in points)
    parts = []
    if edited:
        more = f" and {len(edited) - MOST_PLACES} more" if len(edited) > MOST_PLACES else ""
        places = f"{', '.join(edited[:MOST_PLACES])}{more}"
        parts.append(f"{_count(len(edited), 'segment')} of the transcript, at {places}")
    if changed:
        parts.append(f"{_count(changed, 'point')} of the recap")
    if approved:
        parts.append(f"{approved} approved")
    return "; ".join(parts)


def _count(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
