"""The one way in: a whole file becomes a recording with a job."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core.database.base import new_id
from core.database.sessions import write
from core.database.tables import Recording, User
from core.jobs import transitions
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.typed_text import on_one_line

MAX_FILENAME = 200
MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file that arrived whole: where it lies, its name as given, its size in bytes and its SHA-256 in hex."""

    path: Path
    filename: str
    size_bytes: int
    sha256: str


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
    """The title as given on one line, else one made of the file's name."""
    text = on_one_line(title or "")
    if not text:
        text = filename.rpartition(".")[0] or filename
        text = " ".join(text.replace("_", " ").split()) or filename
    return text[:MAX_TITLE]


def take_in(owner: User, upload: ArrivedFile, wishes: UploadOptions, now: datetime) -> Recording:
    """Take in an uploaded file: move it to its place, then write recording and job in one transaction."""
    recording = make_recording(new_id(), owner.id, upload, wishes, now)
    file_store().keep_upload(upload.path, recording.id)
    try:
        with write() as session:
            insert_recording(session, recording, now)
    except BaseException:
        file_store().remove_recording(recording.id)
        raise
    return recording


def make_recording(
    recording_id: str, owner_id: str, upload: ArrivedFile, wishes: UploadOptions, now: datetime
) -> Recording:
    """The row of a file that arrived whole, not yet written."""
    filename = clean_filename(upload.filename)
    return Recording(
        id=recording_id,
        owner_id=owner_id,
        title=clean_title(wishes.title, filename),
        filename=filename,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        language=wishes.language,
        num_speakers=wishes.num_speakers,
        min_speakers=wishes.min_speakers,
        max_speakers=wishes.max_speakers,
        until=wishes.until,
        template=wishes.template,
        summary_language=wishes.summary_language,
        model=wishes.model,
        instructions=wishes.instructions,
        facts={},
        warnings=[],
        created_at=now,
    )


def insert_recording(session: Session, recording: Recording, now: datetime) -> None:
    """Write a recording together with its job."""
    session.add(recording)
    session.flush()
    recording.job = transitions.add(session, recording, now)
