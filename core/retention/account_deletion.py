"""Deleting a user with everything they own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select

from core.accounts import users
from core.database.sessions import read, write
from core.database.tables import Recording, ResumableUpload, User
from core.retention.deletion import remove_recording
from core.uploads import resumable


def count_recordings(user_id: str) -> int:
    """How many recordings would be deleted with a user."""
    with read() as session:
        return session.scalar(select(func.count()).select_from(Recording).where(Recording.owner_id == user_id)) or 0


def remove_user(user_id: str, now: datetime) -> None:
    """Delete a user, their recordings with all files, unfinished uploads, sessions and API keys.

    The user is disabled first, so that nothing new arrives; interrupted, it can be repeated. Raises AccountError for
    the last administrator.
    """
    users.disable_user(user_id, now)
    for upload_id in _ids_of(ResumableUpload, user_id):
        resumable.remove(upload_id)
    while ids := _ids_of(Recording, user_id):  # one may have been on its way
        for recording_id in ids:
            remove_recording(recording_id)
    with write() as session:
        session.execute(delete(User).where(User.id == user_id))


def _ids_of(table: type[Recording | ResumableUpload], user_id: str) -> list[str]:
    with read() as session:
        return list(session.scalars(select(table.id).where(table.owner_id == user_id)))
