"""Waits for a database that is away, instead of losing what was just computed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from pipeline.errors import StorageFull

T = TypeVar("T")
log = logging.getLogger(__name__)

#: How long a database may be away before the work gives up; the lease has run out long before.
LONGEST_SECONDS = 900.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


def keep_trying(action: Callable[[], T], check_in: Callable[[], None] = lambda: None) -> T:
    """Do `action`, again and again while the database is away; `check_in` is called before each new try and may raise.

    Raises StorageFull where the database's disk is full, and what `action` raised after a quarter of an hour.
    """
    began, pause = time.monotonic(), FIRST_PAUSE_SECONDS
    while True:
        try:
            return action()
        except (OperationalError, InterfaceError) as error:
            if is_disk_full(error):
                raise StorageFull() from error
            if time.monotonic() - began > LONGEST_SECONDS:
                raise
            if pause == FIRST_PAUSE_SECONDS:
                log.warning("the database does not answer; waiting for it")
        threading.Event().wait(pause)
        pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
        check_in()


def is_disk_full(error: DBAPIError) -> bool:
    """Whether the database says that its disk is full (SQLite in words, PostgreSQL by SQLSTATE 53100)."""
    state = getattr(error.orig, "sqlstate", None)
    return state == "53100" or "disk is full" in str(error.orig) or "disk I/O error" in str(error.orig)
