"""When a task is due and how that is known, as a reader is told."""

from __future__ import annotations

from datetime import date

from pipeline.languages import month_names
from pipeline.recap import ActionItem


def describe_due(item: ActionItem) -> str:
    """The words said, and the day that they mean where it is known: "on Friday (27 November)". Empty if not due."""
    if not item.due or not item.due_day:
        return item.due or ""
    day = date.fromisoformat(item.due_day)
    return f"{item.due} ({day.day} {month_names('en')[day.month - 1]})"


def describe_guesses(item: ActionItem) -> str:
    """What of owner and due date no rule told, but the language model: "owner and due date". Empty if nothing."""
    told = (("owner", item.owner and item.owner_by), ("due date", item.due and item.due_by))
    return " and ".join(name for name, by in told if by == "model")
