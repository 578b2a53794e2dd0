"""Which stage files are in use, and by which recording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, delete, select, union
from sqlalchemy.orm import Session

from core.database.sessions import read
from core.database.tables import Job, Recording, Result, UsedResult, Version
from pipeline.catalogue import Step


def used_keys() -> CompoundSelect[Any]:
    """A query for the keys of all stage files that something refers to."""
    return union(select(Result.key), select(Version.key), select(Version.pdf_key).where(Version.pdf_key.is_not(None)))


def keys_of(session: Session, recording_id: str) -> set[str]:
    """The keys of all stage files that a recording uses or has used."""
    return set(session.scalars(select(UsedResult.key).where(UsedResult.recording_id == recording_id)))


def is_used(session: Session, key: str) -> bool:
    """Whether something refers to a stage file."""
    columns = (Result.key, Version.key, Version.pdf_key)
    return any(session.scalar(select(column).where(column == key).limit(1)) for column in columns)


def key_of(recording_id: str, kind: str) -> str | None:
    """The key of a recording's result of this kind; None if there is none yet."""
    with read() as session:
        row = session.get(Result, (recording_id, kind))
    return row.key if row else None


def is_yet_to_be_made() -> ColumnElement[bool]:
    """Whether a recording is to be made of others, and may lack its file so far."""
    is_prepared = select(Job.id).where(Job.recording_id == Recording.id, Job.step != Step.PREPARE).exists()
    return Recording.parts.is_not(None) & ~is_prepared


def recordings_with_file() -> Select[str]:
    """A query for the ids of all recordings that have their file."""
    return select(Recording.id).where(~is_yet_to_be_made())


def note_result(session: Session, recording_id: str, kind: str, key: str) -> None:
    """Note which stage file a recording uses as its result of a kind; an earlier one stays known as a trace."""
    session.merge(Result(recording_id=recording_id, kind=kind, key=key))
    session.merge(UsedResult(recording_id=recording_id, key=key))


def forget_results(session: Session, recording_id: str, kinds: Iterable[str]) -> set[str]:
    """Use the results of these kinds no more; they stay known as traces. Returns their keys."""
    forgotten = delete(Result).where(Result.recording_id == recording_id, Result.kind.in_(list(kinds)))
    return set(session.scalars(forgotten.returning(Result.key)))
