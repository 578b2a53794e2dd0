"""A file that arrives in pieces: it grows by appends, and its size is how much of it is safe.

Each append names the offset it belongs to and happens under a lock of the file, so of two writers one learns that the
other was quicker. No lock is held while a writer waits for its network: a line that went silent holds up nobody.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.storage.files import full_disk_explained
from pipeline.errors import PipelineError

#: How much is read at once to hash a file, in bytes.
_BLOCK = 1024**2


class OffsetTaken(PipelineError):
    """Bytes for a place that is not the end of the file; `size` is where the end is."""

    code = "offset_conflict"
    default_message = "The bytes do not belong at the end of what has arrived."
    default_hint = "Ask for the offset by HEAD, then send from there."
    retryable = True

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class PartialFile:
    """The file of an upload at `path`. Every call raises FileNotFoundError once it is gone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Lock the file for this process; yields its descriptor."""
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_ino != self.path.stat().st_ino:  # removed while we waited
                raise FileNotFoundError(self.path)
            yield handle
        finally:
            os.close(handle)  # gives the lock back too

    def append(self, offset: int, data: bytes) -> int:
        """Add bytes that belong at `offset`; returns the new size.

        Raises OffsetTaken where the file does not end there, StorageFull where the disk has no room for all of them.
        """
        with self.locked() as handle, full_disk_explained():
            size = os.fstat(handle).st_size
            if size != offset:
                raise OffsetTaken(size)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            return offset + len(data)

    def sync(self) -> int:
        """Make sure that all bytes are on the disk; returns how many there are."""
        handle = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            size = os.fstat(handle).st_size
            with full_disk_explained():
                os.fsync(handle)
            return size
        finally:
            os.close(handle)


def hash_of(handle: int) -> str:
    """SHA-256 of an open file, in hex."""
    digest, place = hashlib.sha256(), 0
    while block := os.pread(handle, _BLOCK, place):
        digest.update(block)
        place += len(block)
    return digest.hexdigest()
