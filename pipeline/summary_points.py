"""Changes the points of a summary one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.recap import Summary

KINDS = ("overview", "topics", "decisions", "action_items", "questions", "quotes")


def change_points(summary: Summary, change: Callable[[Any], Any]) -> Summary:
    """The same summary with each point as `change` returns it, of the same kind."""
    points: dict[str, Any] = {kind: tuple(map(change, getattr(summary, kind))) for kind in KINDS}
    return replace(summary, **points)
