"""The line to the client, which may go silent without ever ending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

#: A line on which nothing came for this many seconds is given up.
SILENT_SECONDS = 60.0


@contextmanager
def impatient_line() -> Iterator[None]:
    """Wait for the next bytes of the body only so long: then reading raises an OSError, and the thread is free."""
    if "gunicorn.socket" not in request.environ:
        yield
        return
    line = request.environ["gunicorn.socket"]
    before = line.gettimeout()
    line.settimeout(SILENT_SECONDS)
    try:
        yield
    finally:
        line.settimeout(before)
