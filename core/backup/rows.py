"""Copies all rows from one database to another, of either kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select

from core.backup.errors import BackupFailed, BackupUnusable
from core.database import schema, sessions
from core.database.base import Base
from core.database.probe_table import Probe
from core.database.tables import (
    ModelInstall,
    Reservation,
    ResumableUpload,
    SearchEntry,
    SearchText,
    UserSession,
    Worker,
)
from core.search import sqlite_index

#: What does not outlive a restart elsewhere: log-ins, unfinished uploads and their space, what runs just now.
#: The index of the search is made anew.
PASSING = (UserSession, Reservation, ResumableUpload, Worker, ModelInstall, Probe, SearchEntry, SearchText)
BATCH = 500  # rows
_OTHER_VERSION = "Make the backup with the version that ran last, or run `flask db-upgrade` first."


def lasting_tables() -> list[Table]:
    """The tables of a backup, each after those that it refers to."""
    passing = _tables(PASSING)
    return [table for table in Base.metadata.sorted_tables if table not in passing]


def _tables(classes: Iterable[type[Base]]) -> list[Table]:
    return [Base.metadata.tables[each.__tablename__] for each in classes]


def open_file(path: Path) -> Engine:
    """A SQLite file of a backup, which nobody else uses."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    return engine


def save_rows(path: Path) -> str:
    """Write all rows, as they are at one moment, to a new SQLite file; returns the version of its tables.

    Raises BackupFailed.
    """
    if sessions.engine().dialect.name == "sqlite":
        _copy_sqlite(path)
    else:
        _copy_postgresql(path)
    engine = open_file(path)
    with engine.begin() as connection:
        if not schema.is_known(schema.revision_on(connection)):
            raise BackupFailed("The database's tables are of a newer version than this program.", _OTHER_VERSION)
        schema.upgrade_on(connection)
        sqlite_index.empty(connection)
        for table in _tables(PASSING):
            connection.execute(table.delete())
        check(connection)
    engine.dispose()
    return schema.newest_revision()


def _copy_sqlite(path: Path) -> None:
    """The file as it is at one moment, while others go on writing to it."""
    with sessions.engine().connect() as source, closing(sqlite3.connect(path)) as target:
        driver = source.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the only driver we use
        driver.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # all in one file


def _copy_postgresql(path: Path) -> None:
    if not schema.is_current():
        raise BackupFailed("The database's tables are of another version than this program.", _OTHER_VERSION)
    engine = open_file(path)
    with engine.begin() as target, sessions.engine().connect() as source:
        schema.upgrade_on(target)
        copy_rows(source.execution_options(isolation_level="REPEATABLE READ"), target)
    engine.dispose()


def load_rows(path: Path, target: Connection) -> None:
    """Put the rows of a backup's SQLite file, brought to today's tables, in the place of all that `target` has.

    Raises BackupUnusable.
    """
    engine = open_file(path)
    with engine.begin() as source:
        check(source)
        if not schema.is_known(schema.revision_on(source)):
            raise BackupUnusable("This backup was made by a newer version.", "Upgrade RealRecap, then restore it.")
        schema.upgrade_on(source)
        for table in reversed(Base.metadata.sorted_tables):
            target.execute(table.delete())
        copy_rows(source, target)
    engine.dispose()


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of the lasting tables; both must have today's tables."""
    for table in lasting_tables():
        rows = source.execution_options(yield_per=BATCH).execute(select(table)).mappings()
        for batch in rows.partitions(BATCH):
            target.execute(insert(table), [dict(row) for row in batch])


def check(connection: Connection) -> None:
    """Whether a SQLite file is sound. Raises BackupUnusable."""
    problems: Iterable[str] = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
    if list(problems) != ["ok"]:
        raise BackupUnusable("The database in this backup is damaged.")
