"""The details of a meeting in words, the same on the page, in the PDF and in every document."""

from __future__ import annotations

from datetime import datetime, time

from pipeline.meeting import Details
from pipeline.recap import Recap
from pipeline.render import formatting

NAMES = ("Date", "Meeting", "Place", "Attendees", "Apologies")


def describe_day(details: Details) -> str:
    """The day of a meeting, with the time if that is known: "Tuesday 24 November 2026, 09:30"; empty if unknown."""
    if details.day is None:
        return ""
    if details.time:
        begun = datetime.combine(details.day, time.fromisoformat(details.time))
        return formatting.date_and_time(begun, weekday=True)
    return formatting.day(details.day)


def describe_date(recap: Recap) -> str:
    """When the meeting was, else when its recording was uploaded; empty if neither is known."""
    if recap.details.day:
        return describe_day(recap.details)
    when = formatting.parse_time(recap.source.uploaded_at, recap.timezone)
    return formatting.date_and_time(when, weekday=True) if when else ""


def list_meeting(details: Details) -> list[tuple[str, str]]:
    """What is known of a meeting, each with its name."""
    values = (
        describe_day(details),
        details.kind or "",
        details.place or "",
        ", ".join(details.present),
        ", ".join(details.apologies),
    )
    return [(name, value) for name, value in zip(NAMES, values, strict=True) if value]
