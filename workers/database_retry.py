"""Waits for an unreachable database, so that computed results are not lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_delay, wait_exponential

from pipeline.errors import StorageFull

T = TypeVar("T")
log = logging.getLogger(__name__)

#: How long to retry; the lease expires long before.
MAX_OUTAGE_SECONDS = 900.0
FIRST_WAIT_SECONDS = 0.2
MAX_WAIT_SECONDS = 5.0


def with_retry(action: Callable[[], T], checkpoint: Callable[[], None] = lambda: None) -> T:
    """Call `action` until the database answers; `checkpoint` is called before each retry and may raise to stop.

    Raises StorageFull if the database's disk is full, and the last error of `action` after MAX_OUTAGE_SECONDS.
    """

    def pause(seconds: float) -> None:
        time.sleep(seconds)
        checkpoint()

    retrying = Retrying(
        retry=retry_if_exception(_is_outage),
        wait=wait_exponential(FIRST_WAIT_SECONDS, MAX_WAIT_SECONDS),
        stop=stop_after_delay(MAX_OUTAGE_SECONDS),
        sleep=pause,
        before_sleep=_log_first,
        reraise=True,
    )
    try:
        return retrying(action)
    except DBAPIError as error:
        if is_disk_full(error):
            raise StorageFull() from error
        raise


def is_disk_full(error: DBAPIError) -> bool:
    """Whether the database's disk is full: by the message of SQLite, or SQLSTATE 53100 of PostgreSQL."""
    state = getattr(error.orig, "sqlstate", None)
    return state == "53100" or "disk is full" in str(error.orig) or "disk I/O error" in str(error.orig)


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, OperationalError | InterfaceError) and not is_disk_full(error)


def _log_first(state: RetryCallState) -> None:
    if state.attempt_number == 1:
        log.warning("the database does not answer; retrying")
