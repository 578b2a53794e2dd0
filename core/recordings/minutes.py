"""What people fill in of the minutes of a recording."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.database.sessions import read, write
from core.database.tables import MinutesRow, Recording, User
from pipeline.errors import PipelineError
from pipeline.json_values import from_plain, to_plain
from pipeline.minutes.filled import FilledMinutes


class MinutesConflict(PipelineError):
    """The minutes were saved by somebody else meanwhile."""

    code = "conflict"
    default_message = "These minutes were changed meanwhile, perhaps in another tab."
    default_hint = "Look at them in another tab. Saving again replaces what is there."


def get_minutes(recording_id: str) -> tuple[FilledMinutes, int]:
    """What was filled in, and how often it was saved (0: never)."""
    with read() as session:
        row = session.get(MinutesRow, recording_id)
        return (from_plain(FilledMinutes, row.filled), row.number) if row else (FilledMinutes(), 0)


def find_last_save(recording_id: str) -> tuple[str | None, datetime] | None:
    """The e-mail address of who saved the minutes last (None for an account that is gone), and when; None: nobody."""
    query = select(User.email, MinutesRow.saved_at).outerjoin_from(MinutesRow, User, User.id == MinutesRow.user_id)
    with read() as session:
        row = session.execute(query.where(MinutesRow.recording_id == recording_id)).one_or_none()
        return (row[0], row[1]) if row else None


def save_minutes(recording_id: str, user_id: str, filled: FilledMinutes, seen: int, now: datetime) -> int:
    """Keep what was filled in; returns how often it was saved by now.

    `seen` is that number as its author knew it. Raises MinutesConflict if it is another by now.
    """
    with write() as session:
        if session.get(Recording, recording_id, with_for_update=True) is None:
            raise MinutesConflict("This recording was deleted.", "Your recordings are in the library.")
        row = session.get(MinutesRow, recording_id)
        if seen != (row.number if row else 0):
            raise MinutesConflict
        session.merge(
            MinutesRow(
                recording_id=recording_id, number=seen + 1, filled=to_plain(filled), user_id=user_id, saved_at=now
            )
        )
    return seen + 1
