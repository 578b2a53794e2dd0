"""Reads a request's body from its connection, and gives up one that hardly moves."""

from __future__ import annotations

import time
from typing import Any

from gunicorn.http.errors import ParseException
from gunicorn.http.unreader import SocketUnreader

#: So many bytes must arrive within so many seconds of waiting: 100 bytes a second, a tenth of the slowest phone line.
WINDOW_BYTES = 6000
WINDOW_SECONDS = 60.0


class PacedReader(SocketUnreader):
    """The bytes of a connection. Raises TimeoutError when it is silent, or all but silent.

    Only the time spent waiting for the client counts, so an upload may take as long as it needs.
    """

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._waited = 0.0
        self._received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes, empty at the end."""
        limit = self.sock.gettimeout()
        left = max(WINDOW_SECONDS - self._waited, 0.001)
        self.sock.settimeout(left if limit is None else min(left, limit))
        began = time.monotonic()
        try:
            data: bytes = super().chunk(size_hint)
        finally:
            self._waited += time.monotonic() - began
            self.sock.settimeout(limit)
        self._received += len(data)
        if self._received >= WINDOW_BYTES:
            self._waited, self._received = 0.0, 0
        elif data and self._waited >= WINDOW_SECONDS:
            raise TimeoutError("the connection is too slow")
        return data


class BodyReader:
    """A reader of gunicorn that raises OSError for a body in malformed chunks too."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def read(self, size: int) -> bytes:
        """The next bytes of the body, empty at its end."""
        try:
            data: bytes = self._reader.read(size)
        except ParseException as error:
            raise OSError("the body is not made of valid chunks") from error
        return data
