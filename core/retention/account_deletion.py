"""Deleting a user with everything they own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, func, select

from core.accounts import users
from core.database.sessions import forget_deleted, read, write
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
    while not _remove_if_empty(user_id):  # something may have been on its way
        for upload_id in _owned(ResumableUpload, user_id):
            resumable.remove(upload_id)
        for recording_id in _owned(Recording, user_id):
            remove_recording(recording_id)
    forget_deleted()


def _remove_if_empty(user_id: str) -> bool:
    """Delete the row of a user who owns no files. While it is locked, nobody can add one."""
    with write() as session:
        session.get_one(User, user_id, with_for_update=True)
        if any(session.scalar(_ids(table, user_id).limit(1)) for table in (Recording, ResumableUpload)):
            return False
        session.execute(delete(User).where(User.id == user_id))
        return True


def _owned(table: type[Recording | ResumableUpload], user_id: str) -> list[str]:
    with read() as session:
        return list(session.scalars(_ids(table, user_id)))


def _ids(table: type[Recording | ResumableUpload], user_id: str) -> Select[str]:
    return select(table.id).where(table.owner_id == user_id)
