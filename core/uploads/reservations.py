"""Space reserved for a file that arrives in one request, or is copied in: nobody else is promised the same bytes.

Resumable uploads reserve what they announce by their own rows. Here a file reserves what is known of its size, and more
while it grows. The reservation becomes the recording in one transaction, or ends with the request. That of a process
that died expires.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Reservation
from core.storage.store import file_store
from core.uploads.limits import check_quota_within, lock_limits, measure_disk
from pipeline.errors import PipelineError

#: How long a reservation lives after the last byte that it counted.
KEPT = timedelta(hours=1)
_RENEWED_EACH = timedelta(minutes=10)


class ReservedSpace:
    """The space of one arriving file at `path`, reserved for its owner."""

    def __init__(self, owner_id: str, most_bytes: int) -> None:
        self.path: Path = file_store().new_incoming()
        self.size_bytes = 0
        self._owner_id = owner_id
        self._most_bytes = most_bytes
        self._renewed_at = utc_now()

    def begin(self, size_bytes: int) -> None:
        """Reserve the first bytes. Raises AccountClosed, QuotaExceeded and StorageFull."""
        self._keep(size_bytes, new_files=1)

    def cover(self, size_bytes: int) -> None:
        """Make sure that so many bytes are reserved, and keep them. Raises like `begin`."""
        if size_bytes > self.size_bytes:
            self._grow(size_bytes)
        elif utc_now() - self._renewed_at > _RENEWED_EACH:
            self._keep(self.size_bytes)

    def _grow(self, needed: int) -> None:
        """Reserve more than is needed now, so that it is done rarely; where that is too much, what is needed."""
        for more in (needed, needed // 8, 0):
            try:
                self._keep(min(needed + more, max(needed, self._most_bytes)))
            except PipelineError:
                if not more:
                    raise
            else:
                return

    def _keep(self, size_bytes: int, new_files: int = 0) -> None:
        now, more, disk = utc_now(), size_bytes - self.size_bytes, measure_disk()
        row = Reservation(id=self.path.name, owner_id=self._owner_id, size_bytes=size_bytes, expires_at=now + KEPT)
        with write() as session:
            lock_limits(session, self._owner_id)
            if more or new_files:
                check_quota_within(session, self._owner_id, more, now, new_files)
                disk.check_room_within(session, more, now)
            session.merge(row)
        self.size_bytes, self._renewed_at = size_bytes, now

    def hand_over(self, session: Session) -> None:
        """End the reservation in the transaction that makes its recording."""
        session.execute(delete(Reservation).where(Reservation.id == self.path.name))

    def release(self) -> None:
        """End the reservation. Does nothing once it was handed over."""
        with write() as session:
            self.hand_over(session)


@contextmanager
def reserve(owner_id: str, size_bytes: int, most_bytes: int) -> Iterator[ReservedSpace]:
    """Space for a file of at least `size_bytes` and at most `most_bytes`. Raises like `ReservedSpace.begin`."""
    space = ReservedSpace(owner_id, most_bytes)
    space.begin(size_bytes)
    try:
        yield space
    finally:
        space.release()


def remove_expired(now: datetime) -> None:
    """Forget the reservations of processes that died."""
    with write() as session:
        session.execute(delete(Reservation).where(Reservation.expires_at <= now))
