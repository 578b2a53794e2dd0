"""Writes the file of an upload to disk while its form arrives, counting and hashing its bytes."""

from __future__ import annotations

import hashlib
import os

from core.storage.files import full_disk_explained
from core.uploads.intake import ArrivedFile
from core.uploads.reservations import ReservedSpace
from webapp import errors, formats


class UploadFileWriter:
    """The file of an upload, counted and hashed as it is written into its reserved space.

    Raises TooLarge beyond `max_bytes`, QuotaExceeded, and StorageFull if the disk is full.
    """

    def __init__(self, space: ReservedSpace, max_bytes: int) -> None:
        self.size = 0
        self._space = space
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._file = space.path.open("xb")

    def write(self, data: bytes) -> int:
        """Write the next bytes."""
        self.size += len(data)
        if self.size > self._max_bytes:
            raise too_large(self._max_bytes)
        self._space.cover(self.size)
        self._hash.update(data)
        with full_disk_explained():
            return self._file.write(data)

    def finish(self, filename: str) -> ArrivedFile:
        """Close the complete file, whose name as uploaded is `filename`."""
        with full_disk_explained():
            self._file.close()
        return ArrivedFile(self._space.path, filename, self.size, self._hash.hexdigest())

    def discard(self) -> None:
        """Close and remove the file. Does nothing if it has been moved into the store."""
        try:
            self._file.close()
        except OSError:  # a full disk fails again when the buffer cannot be written
            os.close(self._file.fileno())
        self._space.path.unlink(missing_ok=True)


def too_large(max_bytes: int) -> errors.TooLarge:
    """The error for a file beyond the limit."""
    return errors.TooLarge(
        f"This file is larger than {formats.limit(max_bytes)}.", "Send the sound only, or ask for a higher limit."
    )
