"""Care for the files: what is lost or left over on either side, and which results go when the store grows too large."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from sqlalchemy import select

from core.database.sessions import lock_table, read, write
from core.database.tables import Job, Result, Status
from core.storage import references
from core.storage.store import file_store

#: What pages and downloads read; all else only saves work when a job runs again.
KEPT_KINDS = ("recap", "pdf")


def prune(now: datetime, max_bytes: int, max_age_seconds: float) -> tuple[int, int]:
    """Remove results that only save work, oldest use first, until the store is within its limits.

    Returns how many went and their bytes. What a page shows stays, and so does all of a job that waits or is at work.
    """
    sizes = file_store().stage_sizes()
    total = sum(size for size, _ in sizes.values())
    needed = _needed_keys()
    gone = freed = 0
    for key, (size, last_used) in sorted(sizes.items(), key=lambda item: item[1][1]):
        if total - freed <= max_bytes and now.timestamp() - last_used <= max_age_seconds:
            break
        if key not in needed and _remove_unneeded(key):
            gone, freed = gone + 1, freed + size
    return gone, freed


def _needed_keys() -> Set[str]:
    unfinished = Job.status.in_((Status.QUEUED, Status.RUNNING))
    with read() as session:
        kept = set(session.scalars(select(Result.key).where(Result.kind.in_(KEPT_KINDS))))
        busy = select(Result.key).join(Job, Job.recording_id == Result.recording_id).where(unfinished)
        kept |= set(session.scalars(references.kept_keys()))
        return kept | set(session.scalars(busy))


def _remove_unneeded(key: str) -> bool:
    unfinished = Job.status.in_((Status.QUEUED, Status.RUNNING))
    with write() as session:
        lock_table(session, "result")  # no job can begin to use it between the look and the removal
        busy = select(Result.key).join(Job, Job.recording_id == Result.recording_id).where(unfinished)
        if session.scalar(busy.where(Result.key == key).limit(1)):
            return False
        file_store().remove_stage(key)
        return True
