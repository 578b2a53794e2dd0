"""Whether Redis, the database and DATA_DIR do what is needed of them, seen by writing to each.

A ping proves little: a full Redis answers it, and a full or read-only disk is read without an error. Each probe returns
None or the problem.
"""

from __future__ import annotations

import errno
import os
import secrets
import tempfile

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core import redis_problems
from core.clock import utc_now
from core.database import problems as database_problems
from core.database import schema
from core.database.probe_table import Probe
from core.database.sessions import write
from core.problems import Problem
from core.queue.redis_client import redis_client
from core.storage.store import file_store

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
        return redis_problems.explain(error)
    return None


def probe_database() -> Problem | None:
    """Write one row, after a look whether the tables are up to date."""
    try:
        if not schema.is_current() and not schema.is_newer():
            return Problem("has tables that are not up to date", "Run `flask db-upgrade`.")
        with write() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SET LOCAL lock_timeout = '2s'"))
            session.merge(Probe(id=1, at=utc_now()))
    except SQLAlchemyError as error:
        return database_problems.explain(error)
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
