"""The details of the meeting that a recording is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.database.sessions import write
from core.database.tables import Recording
from core.recordings.shown_speakers import render_again
from core.search.titles import index_title
from pipeline.json_values import from_plain
from pipeline.meeting import UNKNOWN, Details

Change = Callable[[str, Details], tuple[str, Details]]
"""Makes another title and other details of those that a recording has."""


def details_of(recording: Recording) -> Details:
    """The details of a recording's meeting."""
    return from_plain(Details, recording.details or {})


def to_column(details: Details) -> dict[str, Any] | None:
    """Details as the table keeps them; None if nothing is known."""
    return asdict(details) if details != UNKNOWN else None


def change_details(recording_id: str, change: Change, now: datetime) -> None:
    """Keep the title and the details that `change` makes of those there are, and queue the PDF anew if they are others.

    Nobody else changes them meanwhile. The recap itself stays as it is.
    """
    with write() as session:
        recording = session.get(Recording, recording_id, with_for_update=True)
        if recording is None:  # deleted meanwhile
            return
        before = recording.title, details_of(recording)
        title, details = change(*before)
        if (title, details) == before:
            return
        recording.title, recording.details = title, to_column(details)
        index_title(session, recording_id, title)
        render_again(session, recording_id, now)
