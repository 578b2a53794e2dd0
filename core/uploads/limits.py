"""How much a user may keep and have under way, and whether the disk has room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from core.database.sessions import read
from core.database.tables import Recording, ResumableUpload
from core.storage.store import file_store
from pipeline.errors import PipelineError, StorageFull

#: What stays free on the disk whatever is uploaded, in bytes.
RESERVE_BYTES = 200 * 1024**2


class QuotaExceeded(PipelineError):
    """A user keeps, or has under way, as much as one user may."""

    code = "quota_exceeded"
    default_message = "You have used all the space that one account has here."
    default_hint = "Delete recordings that you no longer need, or ask for a higher limit."


def check_room(length: int) -> None:
    """Whether the disk has room for a file beside what is announced already. Raises StorageFull."""
    with read() as session:
        rows = session.execute(unfinished_uploads(ResumableUpload.id, ResumableUpload.length)).all()
    there = file_store().incoming_sizes()
    awaited = sum(max(0, announced - there.get(id, 0)) for id, announced in rows)
    if file_store().free_bytes() - awaited < length + RESERVE_BYTES:
        raise StorageFull(hint="Ask the person who runs this server to free some space.")


def check_quota(owner_id: str, length: int, now: datetime) -> None:
    """Whether a user may keep a file of so many bytes. Raises QuotaExceeded."""
    with read() as session:
        check_quota_within(session, owner_id, length, now)


def check_quota_within(session: Session, owner_id: str, length: int, now: datetime) -> None:
    settings = config.load()
    kept = select(func.count(), func.coalesce(func.sum(Recording.size_bytes), 0)).where(Recording.owner_id == owner_id)
    coming = unfinished_of(owner_id, now, func.count(), func.coalesce(func.sum(ResumableUpload.length), 0))
    (files_kept, bytes_kept), (files_coming, bytes_coming) = (session.execute(query).one() for query in (kept, coming))
    most = settings.max_user_bytes
    if most and bytes_kept + bytes_coming + length > most:
        raise QuotaExceeded()
    if settings.max_user_recordings and files_kept + files_coming >= settings.max_user_recordings:
        raise QuotaExceeded(f"You have {settings.max_user_recordings} recordings, which is as many as one may keep.")


def check_unfinished_within(session: Session, owner_id: str, now: datetime) -> None:
    most = config.load().max_unfinished_uploads
    if session.scalar(unfinished_of(owner_id, now, func.count())) >= most:
        raise QuotaExceeded(
            f"{most} of your uploads are not finished, which is as many as one may have under way.",
            "Finish or remove some of them; they go by themselves a day after their last byte.",
        )


def unfinished_uploads(*columns: Any) -> Any:
    return select(*columns).where(ResumableUpload.recording_id.is_(None))


def unfinished_of(owner_id: str, now: datetime, *columns: Any) -> Any:
    return unfinished_uploads(*columns).where(ResumableUpload.owner_id == owner_id, ResumableUpload.expires_at > now)
