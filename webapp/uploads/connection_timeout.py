"""A time limit for reading from clients, whose connections may stall without ever ending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

#: A connection that sends nothing for this many seconds is given up.
TIMEOUT_SECONDS = 60.0


@contextmanager
def limit_read_time() -> Iterator[None]:
    """Limit how long a read waits for the next bytes. After that it raises OSError, and the thread is free again."""
    if "gunicorn.socket" not in request.environ:
        yield
        return
    connection = request.environ["gunicorn.socket"]
    before = connection.gettimeout()
    connection.settimeout(TIMEOUT_SECONDS)
    try:
        yield
    finally:
        connection.settimeout(before)
