"""Resumable uploads: announced, filled piece by piece, and in the end a recording, exactly once.

The row says what was announced, the file in `incoming` how much has arrived. The recording has the id of its upload, so
whoever ends an upload a second time (after a crash, beside another process) finds it there.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from core.database.base import new_id
from core.database.sessions import read, write
from core.database.tables import ResumableUpload, User
from core.queue.notifications import notify
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.uploads import intake, reservations
from core.uploads.limits import (
    AccountClosed,
    check_quota_within,
    check_unfinished_within,
    lock_limits,
    measure_disk,
)
from core.uploads.partial_file import OffsetTaken, PartialFile, hash_of
from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

#: How long an upload is kept after its last byte.
KEPT = timedelta(hours=24)


class UploadGone(PipelineError):
    """The upload has expired, or its bytes are lost."""

    code = "upload_gone"
    default_message = "This upload is no longer kept."
    default_hint = "Begin a new upload of the file."


@dataclass(frozen=True, slots=True)
class AnnouncedUpload:
    """What a client says of a file before it sends it; `length` in bytes."""

    filename: str
    length: int
    options: UploadOptions


def create(owner_id: str, announced: AnnouncedUpload, now: datetime) -> ResumableUpload:
    """Begin an upload. Raises AccountClosed, QuotaExceeded and StorageFull."""
    upload = ResumableUpload(
        id=new_id(),
        owner_id=owner_id,
        filename=intake.clean_filename(announced.filename),
        length=announced.length,
        options=announced.options.to_kept(),
        created_at=now,
        expires_at=now + KEPT,
    )
    disk = measure_disk()
    path = file_store().create_incoming(upload.id)
    try:
        with write() as session:
            lock_limits(session, owner_id)
            check_quota_within(session, owner_id, announced.length, now)
            check_unfinished_within(session, owner_id, now)
            disk.check_room_within(session, announced.length, now)
            session.add(upload)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return upload


def get(upload_id: str, owner_id: str, now: datetime) -> ResumableUpload | None:
    """An upload of a user, None where there is none or it is somebody else's. Raises UploadGone when it has expired."""
    found = _row(upload_id)
    if found is None or found.owner_id != owner_id:
        return None
    if found.expires_at <= now:
        raise UploadGone()
    return found


def _row(upload_id: str) -> ResumableUpload | None:
    with read() as session:
        return session.get(ResumableUpload, upload_id)


def _file(upload_id: str) -> PartialFile:
    return PartialFile(file_store().incoming(upload_id))


def offset(upload: ResumableUpload) -> int:
    """How many bytes of an upload are safe on the disk. Raises UploadGone where they are lost."""
    try:
        return upload.length if upload.recording_id else _file(upload.id).sync()
    except FileNotFoundError as error:
        return _length_if_finished(upload, error)


def append(upload: ResumableUpload, at: int, data: bytes) -> int:
    """Add bytes at an offset; returns the new offset. Raises OffsetTaken, StorageFull, UploadGone."""
    try:
        return _file(upload.id).append(at, data)
    except FileNotFoundError as error:
        raise OffsetTaken(_length_if_finished(upload, error)) from error


def _length_if_finished(upload: ResumableUpload, error: FileNotFoundError) -> int:
    now_known = _row(upload.id)  # another request may have ended it just now
    if now_known is None or now_known.recording_id is None:
        raise UploadGone() from error
    return now_known.length


def renew(upload_id: str, now: datetime) -> datetime:
    """Keep an upload for another day; returns until when."""
    until = now + KEPT
    with write() as session:
        session.execute(update(ResumableUpload).where(ResumableUpload.id == upload_id).values(expires_at=until))
    return until


def change_options(upload_id: str, options: UploadOptions) -> bool:
    """Change what is asked for; False once the upload has become a recording."""
    which = update(ResumableUpload).where(ResumableUpload.id == upload_id, ResumableUpload.recording_id.is_(None))
    with write() as session:
        changed = session.execute(which.values(options=options.to_kept()).returning(ResumableUpload.id))
        return changed.first() is not None


def finish(upload_id: str, now: datetime) -> str | None:
    """Make the recording of an upload whose bytes are all there; returns its id, None where bytes are missing.

    However often and by however many it is called, there is one recording. Raises AccountClosed.
    """
    file = _file(upload_id)
    try:
        with file.locked() as handle:
            upload = _row(upload_id)
            if upload is not None and upload.recording_id is None and os.fstat(handle).st_size == upload.length:
                os.fsync(handle)
                _make_recording(upload, hash_of(handle), now)
                upload = _row(upload_id)
            if upload is None or upload.recording_id is not None:
                file.path.unlink()  # the recording keeps the bytes under its own name
    except FileNotFoundError:
        upload = _row(upload_id)
    return None if upload is None else upload.recording_id


def _make_recording(upload: ResumableUpload, sha256: str, now: datetime) -> None:
    """Write recording, job and the end of the upload in one transaction, after the file has its second name."""
    arrived = intake.ArrivedFile(file_store().incoming(upload.id), upload.filename, upload.length, sha256)
    file_store().link_upload(upload.id)
    try:
        with write() as session:
            lock_limits(session, upload.owner_id)  # its bytes are counted once, as announced or as kept
            row = session.get_one(ResumableUpload, upload.id, with_for_update=True)  # with the last change of options
            recording = intake.register(
                session, row.id, row.owner_id, arrived, UploadOptions.from_kept(row.options), now
            )
            row.recording_id, row.expires_at = recording.id, now + KEPT
    except AccountClosed:  # nothing was written, and nobody else makes this recording while the file is locked
        file_store().remove_recording(upload.id)
        raise
    notify("cpu")


def remove(upload_id: str, expired_by: datetime | None = None) -> bool:
    """Give up an upload: row and bytes go; returns whether it went. What has become a recording stays one.

    With `expired_by` it goes only where it has expired by then.
    """
    file = _file(upload_id)
    try:
        with file.locked():
            went = _remove_row(upload_id, expired_by)
            if went:
                file.path.unlink()
            return went
    except FileNotFoundError:
        return _remove_row(upload_id, expired_by)


def _remove_row(upload_id: str, expired_by: datetime | None) -> bool:
    which = delete(ResumableUpload).where(ResumableUpload.id == upload_id)
    if expired_by is not None:
        which = which.where(ResumableUpload.expires_at <= expired_by)
    with write() as session:
        return session.execute(which.returning(ResumableUpload.id)).first() is not None


def _finish_quietly(upload_id: str, now: datetime) -> bool:
    """End one upload; an error in one must not stop the others."""
    try:
        return finish(upload_id, now) is not None
    except (PipelineError, ValueError, ArithmeticError) as error:
        log.error("upload %s cannot be finished: %s", upload_id, type(error).__name__)
        return False


def sweep(now: datetime) -> int:
    """Remove what has expired, and end uploads that are complete though nobody asked again; returns how many."""
    reservations.remove_expired(now)
    there = file_store().incoming_sizes()
    with read() as session:
        rows = session.scalars(select(ResumableUpload)).all()
        closed = set(session.scalars(select(User.id).where(User.disabled_at.is_not(None))))
    complete = [
        row
        for row in rows
        if row.recording_id is None and there.get(row.id) == row.length and row.owner_id not in closed
    ]
    ended = sum(_finish_quietly(row.id, now) for row in complete)
    return ended + sum(remove(row.id, expired_by=now) for row in rows if row.expires_at <= now and row not in complete)
