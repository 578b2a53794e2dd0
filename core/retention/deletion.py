"""Everything that removes files: deleted recordings, unused results, leftovers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from core.database.sessions import forget_deleted, lock_table, read, write
from core.database.tables import Recording, ResumableUpload, UsedResult
from core.search import forgetting
from core.storage import references, temporary_folders
from core.storage.store import file_store


def remove_recording(recording_id: str) -> None:
    """Delete a recording for good: its rows, its file, and the stage files that no other recording uses.

    A job at work finds its row gone and stops.
    """
    remove_recordings([recording_id])


def remove_recordings(recording_ids: Iterable[str]) -> None:
    """Delete several recordings for good; their words are taken out of the index of the search at the end."""
    for recording_id in recording_ids:
        _remove(recording_id)
    forgetting.forget_deleted()
    forget_deleted()


def _remove(recording_id: str) -> None:
    with write() as session:
        keys = references.keys_of(session, recording_id)
        session.execute(delete(Recording).where(Recording.id == recording_id))
    file_store().remove_recording(recording_id)
    remove_unused(keys)


def remove_unused(keys: set[str]) -> None:
    """Remove the stage files with these keys that no recording uses."""
    for key in keys:
        with write() as session:
            lock_table(session, "result")  # nobody can begin to use it between the look and the removal
            if not references.is_used(session, key):
                file_store().remove_stage(key)
                session.execute(delete(UsedResult).where(UsedResult.key == key))


def sweep_files(now: datetime, age_seconds: float = 3600) -> int:
    """Remove files that nothing refers to and that have not changed for `age_seconds`; returns how many went."""
    older_than = now.timestamp() - age_seconds
    with read() as session:
        # uploads first: one that ends meanwhile is then a recording, or still known as an upload
        arriving = set(session.scalars(select(ResumableUpload.id).where(ResumableUpload.recording_id.is_(None))))
        known = arriving | set(session.scalars(select(Recording.id)))
    gone = file_store().sweep_leftovers(older_than, known.__contains__, arriving.__contains__)
    with read() as session:
        used = set(session.scalars(references.used_keys()))
    unused = file_store().stage_keys(older_than) - used
    remove_unused(unused)
    gone += temporary_folders.sweep(file_store().root / "tmp", now.timestamp())
    return gone + len(unused)
