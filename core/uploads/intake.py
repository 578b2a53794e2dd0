"""The one way in: a file that has arrived whole becomes a recording with a job.

The upload form, resumable uploads, the sample meeting and the command line all come through here.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from core.database.base import new_id
from core.database.sessions import write
from core.database.tables import Recording, User
from core.jobs import transitions
from core.queue.notifications import notify
from core.recordings.details import to_column
from core.recordings.options import UploadOptions
from core.search.titles import index_title
from core.storage.files import full_disk_explained
from core.storage.store import file_store
from core.typed_text import on_one_line
from core.uploads.limits import check_quota_within, lock_limits
from core.uploads.reservations import ReservedSpace, reserve
from pipeline.details.file_name import read_file_name

MAX_FILENAME = 200
MAX_TITLE = 200
#: How much is copied at once, in bytes.
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file that has arrived whole: its path, its name as given, its size in bytes and its SHA-256 in hex."""

    path: Path
    filename: str
    size_bytes: int
    sha256: str


def take_in_copy(owner: User, source: Path, options: UploadOptions, now: datetime) -> Recording:
    """Make a recording of a file of this machine; the original stays. Raises QuotaExceeded and StorageFull."""
    size_bytes = source.stat().st_size
    with reserve(owner.id, size_bytes, size_bytes) as space:
        return take_in(owner, copy_in(source, space), options, now, space)


def copy_in(source: Path, space: ReservedSpace) -> ArrivedFile:
    """Copy a file of this machine into its reserved space and hash it. Raises QuotaExceeded and StorageFull."""
    digest, size_bytes = hashlib.sha256(), 0
    try:
        with full_disk_explained(), source.open("rb") as reading, space.path.open("xb") as writing:
            while block := reading.read(_BLOCK):
                size_bytes += len(block)
                space.cover(size_bytes)  # it may be growing
                digest.update(block)
                writing.write(block)
    except BaseException:
        space.path.unlink(missing_ok=True)
        raise
    return ArrivedFile(space.path, source.name, size_bytes, digest.hexdigest())


def take_in(
    owner: User, file: ArrivedFile, options: UploadOptions, now: datetime, space: ReservedSpace | None = None
) -> Recording:
    """Make a recording of a file: sync it, move it to its place, write recording and job, wake a worker.

    Raises AccountClosed, QuotaExceeded and StorageFull. On an error the file is gone and nothing is written.
    """
    recording_id = new_id()
    try:
        _sync(file.path)
        file_store().keep_upload(file.path, recording_id)
        with write() as session:
            lock_limits(session, owner.id)
            if space is not None:
                space.hand_over(session)
            check_quota_within(session, owner.id, file.size_bytes, now)
            recording = register(session, recording_id, owner.id, file, options, now)
    except BaseException:
        file.path.unlink(missing_ok=True)
        file_store().remove_recording(recording_id)
        raise
    notify("cpu")
    return recording


def register(
    session: Session, recording_id: str, owner_id: str, file: ArrivedFile, options: UploadOptions, now: datetime
) -> Recording:
    """Write the recording of a file that is in its place, together with its job."""
    filename = clean_filename(file.filename)
    told = read_file_name(filename, config.load().timezone)
    recording = Recording(
        id=recording_id,
        owner_id=owner_id,
        filename=filename,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        facts={},
        warnings=[],
        created_at=now,
        **{
            **asdict(options),
            "title": clean_title(options.title or told.title, filename),
            "details": to_column(options.details.or_else(told.details)),
            "vocabulary": _choose_vocabulary(session, owner_id, options.vocabulary),
        },
    )
    session.add(recording)
    session.flush()
    index_title(session, recording_id, recording.title)
    recording.job = transitions.add(session, recording, now)
    return recording


def _choose_vocabulary(session: Session, owner_id: str, wanted: str | None) -> str | None:
    """The vocabulary asked for, else that of the account; None if it is empty."""
    if wanted is None:
        wanted = session.scalar(select(User.vocabulary).where(User.id == owner_id))
    return wanted or None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        with full_disk_explained():
            os.fsync(handle)
    finally:
        os.close(handle)


def clean_filename(name: str) -> str:
    """The last part of an uploaded file's name, without control characters, at most 200 characters.

    It is shown and written into documents, never used as a path.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    if len(name) > MAX_FILENAME:
        stem, dot, suffix = name.rpartition(".")
        suffix = dot + suffix if stem and len(suffix) <= 8 else ""
        name = name[: MAX_FILENAME - len(suffix)] + suffix
    return name or "recording"


def clean_title(title: str | None, filename: str) -> str:
    """The given title on one line, else one made from the file's name."""
    text = on_one_line(title or "")
    if not text:
        text = filename.rpartition(".")[0] or filename
        text = " ".join(text.replace("_", " ").split()) or filename
    return text[:MAX_TITLE]
