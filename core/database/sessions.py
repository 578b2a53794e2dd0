"""The database: engine and sessions, made on first use in each process (never shared over a fork).

`read()` is for looking, `write()` for changing: on SQLite a write takes the lock at its start (BEGIN IMMEDIATE), since
a transaction that reads first and writes later loses updates or fails when another writer was quicker. No file or
network work inside `write()`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

import config

#: How long SQLite waits for another writer, in seconds.
BUSY_SECONDS = 30
#: Engines by process and address: a forked child must never use its parent's connections.
_engines: dict[tuple[int, str], Engine] = {}


def engine() -> Engine:
    """The engine of this process for the configured database."""
    url = config.load().database
    key = (os.getpid(), url)
    if key not in _engines:
        _engines.setdefault(key, _make_engine(database_url()))  # of two threads at once, one's engine is kept
    return _engines[key]


def database_url() -> URL:
    """The address of the database, with our driver: `postgresql://` alone would ask for psycopg2."""
    settings = config.load()
    if not settings.database_url:
        return URL.create("sqlite", database=str(settings.data_dir / "realrecap.db"))  # a path may contain a `?`
    url = make_url(settings.database_url)
    is_sqlite = url.drivername.startswith("sqlite")
    return url if is_sqlite else url.set(drivername="postgresql+psycopg")


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=10,
            connect_args=_NOTICE_SILENCE,
            hide_parameters=True,
        )
    path = url.database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(made, "connect", _set_up_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


#: libpq's settings (seconds, the last in milliseconds): a server that vanished without a word is an error soon.
_NOTICE_SILENCE = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}  # fmt: skip


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
    # FULL: with NORMAL a power cut may take back a commit that was already answered with 201
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def read() -> Iterator[Session]:
    """A session for looking."""
    with sessionmaker(engine(), expire_on_commit=False)() as session:
        yield session


@contextmanager
def write() -> Iterator[Session]:
    """A session for changing; commits at the end, rolls back on an error."""
    with sessionmaker(engine().execution_options(write=True), expire_on_commit=False).begin() as session:
        yield session


def forget_deleted() -> None:
    """Take what was deleted out of SQLite's files: its pages are overwritten already, its journal still holds them.

    Where a reader holds the journal up, the next call does it.
    """
    with engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            for pragma in ("busy_timeout=200", "wal_checkpoint(TRUNCATE)", f"busy_timeout={BUSY_SECONDS * 1000}"):
                connection.connection.execute(f"PRAGMA {pragma}")  # by the driver: a transaction would be in the way


def rewrite_without_deleted() -> None:
    """Rewrite SQLite's file, since pages that were freed without being overwritten hold what was in them.

    Raises sqlite3.OperationalError where there is no room, or others write for long.
    """
    with engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.execute("VACUUM")
    forget_deleted()


def lock_table(session: Session, table: str) -> None:
    """Keep others from changing a table until the end of this `write()`; on SQLite that is so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE'))
