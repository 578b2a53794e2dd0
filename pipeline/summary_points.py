"""The points of a summary, of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.recap import Point, Summary

KINDS = ("overview", "topics", "decisions", "action_items", "questions", "quotes")


def all_points(summary: Summary) -> list[Point]:
    """All points, kind by kind."""
    return [point for kind in KINDS for point in getattr(summary, kind)]


def change_points(summary: Summary, change: Callable[[Any], Any]) -> Summary:
    """The same summary with each point as `change` returns it, of the same kind."""
    points: dict[str, Any] = {kind: tuple(map(change, getattr(summary, kind))) for kind in KINDS}
    return replace(summary, **points)
