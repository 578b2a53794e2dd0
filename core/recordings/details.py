"""The details of the meeting that a recording is of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import update

from core.database.sessions import write
from core.database.tables import Recording
from core.recordings.shown_speakers import render_again
from pipeline.json_values import from_plain
from pipeline.meeting import UNKNOWN, Details


def details_of(recording: Recording) -> Details:
    """The details of a recording's meeting."""
    return from_plain(Details, recording.details or {})


def to_column(details: Details) -> dict[str, Any] | None:
    """Details as the table keeps them; None if nothing is known."""
    return asdict(details) if details != UNKNOWN else None


def set_details(recording_id: str, title: str, details: Details, now: datetime) -> None:
    """Keep title and details, and queue the PDF anew. The recap itself stays as it is."""
    which = update(Recording).where(Recording.id == recording_id)
    with write() as session:
        session.execute(which.values(title=title, details=to_column(details)))
        render_again(session, recording_id, now)
