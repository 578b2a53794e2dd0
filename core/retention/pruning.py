"""What goes when the store of results grows too large or too old: caches, and nothing else.

The transcript, the words and turns it was made of, the peaks and the sound for the player, recaps and PDFs belong to
their recording and stay as long as it does. Decoded samples, saved batches and summaries (a recap holds its own) only
save work when a job runs again.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from core.clock import utc_now
from core.database.sessions import lock_table, read, write
from core.database.tables import Job, Result, Status
from core.storage.files import CacheEntry
from core.storage.store import file_store
from pipeline.catalogue import RESULTS
from pipeline.errors import StorageFull

#: What decoding leaves free, in bytes: the database must be able to say how it went. Uploads leave far more.
SPARE_BYTES = 5 * 1024**2


def prune(now: datetime, max_bytes: int, max_age_seconds: float) -> tuple[int, int]:
    """Remove caches, the least recently used first, until the store is within its limits.

    Returns how many went and their bytes. Nothing goes that a waiting or running job uses.
    """
    store = file_store()
    total = sum(size for size, _ in store.stage_sizes().values())
    busy = _busy_keys()
    gone = freed = 0
    for entry in sorted(_find_caches(), key=lambda entry: entry.last_used):
        if total - freed <= max_bytes and now.timestamp() - entry.last_used <= max_age_seconds:
            break
        if entry.key not in busy and _remove_unless_busy(entry):
            gone, freed = gone + 1, freed + entry.size_bytes
    return gone, freed


def make_room(size_bytes: int) -> None:
    """See to room on the disk for samples of so many bytes (0: that there is room still), at the cost of older caches.

    They are charged to STAGE_MAX_BYTES before they are written. Raises StorageFull.
    """
    if size_bytes:
        prune(utc_now(), max(0, config.load().stage_max_bytes - size_bytes), float("inf"))
    lacking = size_bytes + SPARE_BYTES - file_store().free_bytes()
    if lacking > 0:
        kept = sum(size for size, _ in file_store().stage_sizes().values())
        prune(utc_now(), max(0, kept - lacking), float("inf"))
        if file_store().free_bytes() < size_bytes + SPARE_BYTES:
            raise StorageFull()


def _find_caches() -> list[CacheEntry]:
    """Samples and saved batches of any result, and whole results of a kind that is not kept."""
    kept_kinds = [kind.name for kind in RESULTS.values() if kind.is_kept]
    with read() as session:
        named = set(session.scalars(select(Result.key).where(Result.kind.not_in(kept_kinds))))
        named -= set(session.scalars(select(Result.key).where(Result.kind.in_(kept_kinds))))
    return file_store().cache_entries(named)


def _busy_keys() -> Set[str]:
    with read() as session:
        return set(session.scalars(_keys_of_unfinished_jobs()))


def _keys_of_unfinished_jobs() -> Any:
    unfinished = Job.status.in_((Status.QUEUED, Status.RUNNING))
    return select(Result.key).join(Job, Job.recording_id == Result.recording_id).where(unfinished)


def _remove_unless_busy(entry: CacheEntry) -> bool:
    with write() as session:
        lock_table(session, "result")  # no job can begin to use it between the check and the removal
        if _is_busy(session, entry.key):
            return False
        file_store().remove_cache(entry)
        return True


def _is_busy(session: Session, key: str) -> bool:
    return session.scalar(_keys_of_unfinished_jobs().where(Result.key == key).limit(1)) is not None
