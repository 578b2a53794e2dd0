"""Lays the details of a meeting over its recap. What the engines made stays as it is."""

from __future__ import annotations

from dataclasses import replace

from pipeline.meeting import Details
from pipeline.recap import Recap
from pipeline.summarize.due_days import with_due_days


def show_details(recap: Recap, title: str, details: Details) -> Recap:
    """The recap with a title and details. Its due days count from the day of the meeting, if that is known."""
    summary = with_due_days(recap.summary, details.day, recap.transcript.language)
    return replace(recap, title=title, details=details, summary=summary)
