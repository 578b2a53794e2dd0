"""Where the bytes of an upload go while the form is parsed: straight into a file, counted and hashed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Request

from core.storage.files import full_disk_explained
from webapp import errors, formats


class Sink:
    """A file that counts and hashes what is written to it. Werkzeug's form parser asks for write, seek, read, close.

    Raises TooLarge beyond `max_bytes` and StorageFull where the disk has no more room.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.size = 0
        self._hash = hashlib.sha256()
        self._file = path.open("xb")

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written, in hex."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self.size += len(data)
        if self.size > self.max_bytes:
            raise too_large(self.max_bytes)
        self._hash.update(data)
        with full_disk_explained():
            return self._file.write(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The parser rewinds at the end; there is nothing to rewind."""
        return 0

    def read(self, _count: int = -1) -> bytes:
        """Nothing is read back: what counts lies on disk."""
        return b""

    def close(self) -> None:
        """The parser's end of the file."""
        self._file.close()

    def sync(self) -> None:
        """Make sure that all bytes are on the disk, then close."""
        with full_disk_explained():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def discard(self) -> None:
        """Close and remove the file; no error where it has been moved to its place."""
        try:
            self._file.close()
        except OSError:  # a full disk shows again when what is buffered cannot be written
            os.close(self._file.fileno())
        self.path.unlink(missing_ok=True)


class UploadRequest(Request):
    """A request whose file part goes to `file_sink`, once it is set, in place of a temporary file."""

    file_sink: Callable[[], Sink] | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> Any:
        if self.file_sink is not None:
            return self.file_sink()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def too_large(max_bytes: int) -> errors.TooLarge:
    """The error of a file beyond the limit."""
    return errors.TooLarge(
        f"This file is larger than {formats.limit(max_bytes)}.", "Send the sound only, or ask for a higher limit."
    )
