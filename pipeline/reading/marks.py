"""What people did to a point, as a reader is told."""

from __future__ import annotations

from pipeline.recap import Point


def describe_marks(point: Point) -> str:
    """What was done, such as "Edited by hand, approved"; empty if nothing was."""
    marks = (("edited by hand", point.edited_by is not None), ("approved", point.approved))
    return ", ".join(mark for mark, is_set in marks if is_set).capitalize()
