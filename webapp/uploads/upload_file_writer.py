"""Writes the file of an upload to disk while the form is parsed, counting and hashing its bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from core.storage.files import full_disk_explained
from core.uploads.intake import ArrivedFile
from webapp import errors, formats


class UploadFileWriter:
    """A file that counts and hashes what is written. Werkzeug's form parser calls write, seek, read and close.

    Raises TooLarge beyond `max_bytes`, and StorageFull if the disk is full.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.size = 0
        self._hash = hashlib.sha256()
        self._file = path.open("xb")

    def write(self, data: bytes) -> int:
        """Write the next bytes."""
        self.size += len(data)
        if self.size > self.max_bytes:
            raise too_large(self.max_bytes)
        self._hash.update(data)
        with full_disk_explained():
            return self._file.write(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The parser rewinds at the end, but never reads."""
        return 0

    def read(self, _count: int = -1) -> bytes:
        """Nothing is read back; the bytes are on disk."""
        return b""

    def close(self) -> None:
        """Called by the parser at the end of the request."""
        self._file.close()

    def finish(self, filename: str) -> ArrivedFile:
        """Close the complete file, whose name as uploaded is `filename`."""
        with full_disk_explained():
            self._file.close()
        return ArrivedFile(self.path, filename, self.size, self._hash.hexdigest())

    def discard(self) -> None:
        """Close and remove the file. Does nothing if it has been moved into the store."""
        try:
            self._file.close()
        except OSError:  # a full disk fails again when the buffer cannot be written
            os.close(self._file.fileno())
        self.path.unlink(missing_ok=True)


def too_large(max_bytes: int) -> errors.TooLarge:
    """The error for a file beyond the limit."""
    return errors.TooLarge(
        f"This file is larger than {formats.limit(max_bytes)}.", "Send the sound only, or ask for a higher limit."
    )
