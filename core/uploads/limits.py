"""The limits of uploads: the size of a file, how much a user may keep and have under way, and room on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from core.database.sessions import lock_table
from core.database.tables import Recording, Reservation, ResumableUpload, User
from core.storage import references
from core.storage.store import file_store
from pipeline.errors import PipelineError, StorageFull

#: What stays free on the disk whatever is uploaded, in bytes.
RESERVE_BYTES = 200 * 1024**2


class QuotaExceeded(PipelineError):
    """A user keeps, or has under way, as much as one user may."""

    code = "quota_exceeded"
    default_message = "You have used all the space that one account has here."
    default_hint = "Delete recordings that you no longer need, or ask for a higher limit."


class AccountClosed(PipelineError):
    """The user was disabled or deleted while the file arrived."""

    code = "account_closed"
    default_message = "This account was closed before the file had arrived."
    default_hint = "Ask the person who runs this server."


def is_too_large(length: int) -> bool:
    """Whether one file of so many bytes is larger than MAX_UPLOAD_BYTES."""
    return length > config.load().max_upload_bytes


def lock_limits(session: Session, owner_id: str) -> None:
    """Let nobody else take or promise space until the end of this `write()`: two must not both get the last of it.

    Nor is the owner deleted meanwhile. Raises AccountClosed.
    """
    owner = select(User.disabled_at).where(User.id == owner_id).with_for_update(read=True, key_share=True)
    found = session.execute(owner).one_or_none()  # before the table, in the order in which a deletion locks them
    if found is None or found.disabled_at is not None:
        raise AccountClosed()
    lock_table(session, ResumableUpload.__tablename__)


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk at one moment: its free bytes, and the bytes of each file on its way."""

    free_bytes: int
    arriving: Mapping[str, int]

    def check_room_within(self, session: Session, length: int, now: datetime) -> None:
        """Whether there is room for so many bytes beside those that are promised. Raises StorageFull."""
        rows = [
            *session.execute(unfinished_uploads(ResumableUpload.id, ResumableUpload.length)),
            *session.execute(select(Reservation.id, Reservation.size_bytes).where(Reservation.expires_at > now)),
        ]
        made_of_others = select(Recording.id, Recording.size_bytes).where(references.is_yet_to_be_made())
        rows += session.execute(made_of_others).all()
        awaited = sum(max(0, promised - self.arriving.get(id, 0)) for id, promised in rows)
        if self.free_bytes - awaited < length + RESERVE_BYTES:
            raise StorageFull(hint="Ask the person who runs this server to free some space.")


def measure_disk() -> Disk:
    """Look at the disk, before a transaction: nothing waits for a disk within one."""
    return Disk(file_store().free_bytes(), file_store().incoming_sizes())


def check_quota_within(session: Session, owner_id: str, length: int, now: datetime, new_files: int = 1) -> None:
    """Whether a user may keep so many bytes more, in so many new files, after `lock_limits`. Raises QuotaExceeded."""
    settings = config.load()
    count, total = func.count(), func.sum
    kept = select(count, total(Recording.size_bytes)).where(Recording.owner_id == owner_id)
    coming = unfinished_of(owner_id, now, count, total(ResumableUpload.length))
    reserved = select(count, total(Reservation.size_bytes)).where(
        Reservation.owner_id == owner_id, Reservation.expires_at > now
    )
    found = [session.execute(query).one() for query in (kept, coming, reserved)]
    files, size_bytes = sum(row[0] for row in found), sum(int(row[1] or 0) for row in found)
    if settings.max_user_bytes and size_bytes + length > settings.max_user_bytes:
        raise QuotaExceeded()
    if settings.max_user_recordings and files + new_files > settings.max_user_recordings:
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
