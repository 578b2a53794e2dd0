"""The recaps that were written of a recording: each one is kept when the next says something else.

A worker's results are one thing, what people look at another: a recap that is written again is shown once its PDF is
there, so that page, API and PDF never tell of two different recaps, and the old one can be read meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.database.sessions import read
from core.database.tables import Recording, Result, Version
from core.storage.references import note_result

#: How many recaps of a recording are kept; the oldest go first, never the one that is shown.
MAX_VERSIONS = 20
#: The largest number that a column of numbers holds.
MAX_NUMBER = 2**31 - 1
#: What of a recording was chosen for its recap.
OPTION_COLUMNS = ("template", "summary_language", "model", "instructions", "vocabulary")


def list_versions(recording_id: str) -> list[Version]:
    """The versions of a recording, newest first."""
    query = select(Version).where(Version.recording_id == recording_id).order_by(Version.number.desc())
    with read() as session:
        return list(session.scalars(query))


def find(session: Session, recording_id: str, number: int | None = None) -> Version | None:
    """A version; without a number the one that is shown, or before there is one the newest."""
    if number is None:
        number = session.scalar(select(Recording.version).where(Recording.id == recording_id))
    if number is not None:
        return session.get(Version, (recording_id, number)) if number <= MAX_NUMBER else None
    return _newest(session, recording_id)


def find_template(recording_id: str, key: str) -> str | None:
    """The template of the version with this recap; None if there is none."""
    query = select(Version.template).where(Version.recording_id == recording_id, Version.key == key)
    with read() as session:
        return session.scalar(query.limit(1))


def _newest(session: Session, recording_id: str) -> Version | None:
    query = select(Version).where(Version.recording_id == recording_id).order_by(Version.number.desc()).limit(1)
    return session.scalar(query)


def add(session: Session, recording_id: str, columns: dict[str, Any], now: datetime) -> None:
    """Keep the recap that was just written, in the transaction that ends the step. It is not shown yet.

    One that says the same as the one before takes its place, so that a lost worker or a second try leaves no copies.
    `columns` are those of the recording that go with it; as long as nothing is shown they are set at once.
    """
    key = _result(session, recording_id, "recap")
    recording = session.get(Recording, recording_id)
    if key is None or recording is None:
        return
    summary = columns["facts"]["summary"]
    about = {name: summary[name] for name in ("template", "language", "model", "engine", "digest")}
    about |= {"key": key, "transcript_key": _result(session, recording_id, "transcript"), "columns": columns}
    about["options"] = {name: getattr(recording, name) for name in OPTION_COLUMNS}
    newest = _newest(session, recording_id)
    version = _like(session, recording_id, key, summary["digest"], (find(session, recording_id), newest))
    if version is None:
        version = Version(recording_id=recording_id, number=newest.number + 1 if newest else 1, made_at=now)
        session.add(version)
    for name, value in about.items():
        setattr(version, name, value)
    session.flush()
    if recording.version is None:
        _set_columns(session, recording_id, columns)
    _prune(session, recording_id, {version.number, recording.version})


def _like(
    session: Session, recording_id: str, key: str, digest: str, last: tuple[Version | None, ...]
) -> Version | None:
    """The version that has this recap already, or one of the last ones with the same summary."""
    known = session.scalar(select(Version).where(Version.recording_id == recording_id, Version.key == key))
    return known or next((each for each in last if each is not None and each.digest == digest), None)


def _prune(session: Session, recording_id: str, needed: set[int | None]) -> None:
    """Forget the oldest; the files go with the next sweep."""
    numbers = select(Version.number).where(Version.recording_id == recording_id).order_by(Version.number)
    found = list(session.scalars(numbers))
    going = [number for number in found if number not in needed][: max(0, len(found) - MAX_VERSIONS)]
    session.execute(delete(Version).where(Version.recording_id == recording_id, Version.number.in_(going)))


def show(session: Session, recording_id: str, columns: dict[str, Any] | None) -> None:
    """Show the recap whose PDF was made last, in the transaction that ends the job."""
    key = _result(session, recording_id, "recap")
    shown = session.scalar(select(Version).where(Version.recording_id == recording_id, Version.key == key))
    if shown is None:
        return
    shown.pdf_key = _result(session, recording_id, "pdf")
    shown.columns = columns or shown.columns
    _set_columns(session, recording_id, {**shown.columns, "vocabulary": None, **shown.options, "version": shown.number})


def restore(session: Session, version: Version) -> None:
    """Have the job go on with the recap and the transcript of a version."""
    for kind, key in (("recap", version.key), ("transcript", version.transcript_key)):
        if key:
            note_result(session, version.recording_id, kind, key)


def _set_columns(session: Session, recording_id: str, columns: dict[str, Any]) -> None:
    session.execute(update(Recording).where(Recording.id == recording_id).values(**columns))


def _result(session: Session, recording_id: str, kind: str) -> str | None:
    found = session.get(Result, (recording_id, kind))
    return found.key if found else None
