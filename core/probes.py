"""Whether Redis, the database and DATA_DIR do what is needed of them, seen by writing to each.

A ping proves little: a full Redis answers it, and a full or read-only disk is read without an error. Each probe returns
None or the problem.
"""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from dataclasses import dataclass

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.clock import utc_now
from core.database import schema
from core.database.probe_table import Probe
from core.database.sessions import write
from core.queue.redis_client import redis_client
from core.storage.store import file_store


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a part, as a predicate ("is full"), and what to do."""

    state: str
    fix: str


START_REDIS = "Start it (`make run` does), or set REDIS_URL."
REDIS_LOG = "See Redis' log."
REDIS_PROBLEMS: tuple[tuple[type[RedisError], Problem], ...] = (
    (OutOfMemoryError, Problem("is full: it takes no more messages", "Raise its `maxmemory`, or free some of it.")),
    (ReadOnlyError, Problem("is a read-only replica", "Set REDIS_URL to the primary.")),
    (NoPermissionError, Problem("lets this user neither add nor take messages", "Give it rights with `ACL SETUSER`.")),
    (AuthenticationError, Problem("refuses the password", "Correct the password in REDIS_URL.")),
    (BusyLoadingError, Problem("is still loading its data", "Wait a moment.")),
)
#: What SQLite and PostgreSQL say, in their words, and what it means.
DATABASE_PROBLEMS = (
    ("disk is full", Problem("is full", "Free space on its disk.")),
    ("could not extend", Problem("is full", "Free space on its disk.")),
    ("no space left", Problem("is full", "Free space on its disk.")),
    ("readonly", Problem("cannot be written", "Make its file and folder writable for the user that runs RealRecap.")),
    ("read-only", Problem("is read-only", "Set DATABASE_URL to the primary server.")),
    ("unable to open", Problem("cannot be opened", "Make its folder writable for the user that runs RealRecap.")),
    ("locked", Problem("is locked by another program", "End the program that holds it.")),
    ("password authentication failed", Problem("refuses the password", "Correct the password in DATABASE_URL.")),
    ("permission denied", Problem("lacks rights", "Let its user write the tables.")),
    ("malformed", Problem("is damaged", "Restore it from a backup.")),
    ("i/o error", Problem("cannot be read or written: its disk reports errors", "Check the disk.")),
)
AWAY = Problem("does not answer", "Check DATABASE_URL and that the database is running.")
FILE_PROBLEMS = {
    errno.ENOSPC: Problem("is full", "Free some space, or move DATA_DIR."),
    errno.EDQUOT: Problem("has used up its quota", "Raise the quota, or move DATA_DIR."),
    errno.EROFS: Problem("is read-only", "Mount it writable, or move DATA_DIR."),
    errno.EACCES: Problem("cannot be written", "Make it writable for the user that runs RealRecap."),
    errno.EPERM: Problem("cannot be written", "Make it writable for the user that runs RealRecap."),
}
FILE_BYTES = 4096


def probe_redis() -> Problem | None:
    """Put a message into a list of Redis and take it out."""
    key = f"realrecap.probe.{secrets.token_hex(8)}"
    try:
        client = redis_client()
        client.lpush(key, b"0")
        client.lpop(key)
    except RedisError as error:
        return _explain_redis(error)
    return None


def _explain_redis(error: RedisError) -> Problem:
    for kind, problem in REDIS_PROBLEMS:
        if isinstance(error, kind):
            return problem
    if isinstance(error, ResponseError):
        if str(error).startswith("MISCONF"):
            return Problem("cannot save its data to disk and takes no messages", f"Free its disk. {REDIS_LOG}")
        if "NOAUTH" in str(error) or "WRONGPASS" in str(error):
            return Problem("refuses the password", "Correct the password in REDIS_URL.")
        return Problem("refuses messages", REDIS_LOG)
    return Problem("does not answer", START_REDIS)


def probe_database() -> Problem | None:
    """Write one row, after a look whether the tables are up to date."""
    try:
        if not schema.is_current():
            return Problem("has tables that are not up to date", "Run `flask db-upgrade`.")
        with write() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SET LOCAL lock_timeout = '2s'"))
            session.merge(Probe(id=1, at=utc_now()))
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or "").lower()
        return next((problem for words, problem in DATABASE_PROBLEMS if words in said), AWAY)
    return None


def probe_files() -> Problem | None:
    """Write a small file where uploads arrive, and remove it."""
    try:
        store = file_store()
        store.make_folders()
        with tempfile.TemporaryFile(dir=store.incoming_folder) as file:
            file.write(os.urandom(FILE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        fallback = Problem(
            f"cannot be written ({os.strerror(error.errno or errno.EIO)})", "Check the disk of DATA_DIR."
        )
        return FILE_PROBLEMS.get(error.errno or 0, fallback)
    return None
