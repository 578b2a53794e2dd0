"""How many bodies of uploads one user may send at the same time, so that nobody takes the threads of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from webapp.errors import TooManyAtOnce

#: In each process of the web server. A page of ours sends three at a time.
MOST_AT_ONCE = 16

_lock = Lock()
_active: Counter[str] = Counter()


@contextmanager
def one_more_body(owner_id: str) -> Iterator[None]:
    """Count a body while it is received. Raises TooManyAtOnce."""
    with _lock:
        if _active[owner_id] >= MOST_AT_ONCE:
            raise TooManyAtOnce(MOST_AT_ONCE)
        _active[owner_id] += 1
    try:
        yield
    finally:
        with _lock:
            _active[owner_id] -= 1
            if not _active[owner_id]:
                del _active[owner_id]
