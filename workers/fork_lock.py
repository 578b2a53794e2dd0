"""Keeps the parent's talk with the database and its forks apart.

A child forked while a thread of the parent has a SQLite connection open inherits SQLite's note of the locks that this
connection holds, and waits for ever for a lock that nobody will release.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.database.sessions import engine

_lock = threading.RLock()
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@contextmanager
def no_fork() -> Iterator[None]:
    """Use the database in the parent: no child is forked meanwhile, and no connection stays open for a later one."""
    with _lock:
        try:
            yield
        finally:
            engine().dispose()
