"""The points of a summary, of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.recap import ActionItem, Point, Summary, Topic

SECTIONS: Mapping[str, type[Point]] = {
    "overview": Point,
    "topics": Topic,
    "decisions": Point,
    "action_items": ActionItem,
    "questions": Point,
    "quotes": Point,
}


def all_points(summary: Summary) -> list[Point]:
    """All points, kind by kind."""
    return [point for kind in SECTIONS for point in getattr(summary, kind)]


def change_points(summary: Summary, change: Callable[[Any], Any]) -> Summary:
    """The same summary with each point as `change` returns it, of the same kind."""
    points: dict[str, Any] = {kind: tuple(map(change, getattr(summary, kind))) for kind in SECTIONS}
    return replace(summary, **points)
