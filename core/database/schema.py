"""Bringing the tables up to date, and whether work may start on this database."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from core.database.sessions import database_url, engine, rewrite_without_deleted
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
#: Any number that no other program locks in our database.
MIGRATION_LOCK = 7_325_001


class NewerTables(PipelineError):
    """A newer version of RealRecap has upgraded the tables."""

    code = "newer_tables"
    default_message = "The database's tables are of a newer version than this program."
    default_hint = "Start that version, or restore a backup made before."


def upgrade() -> None:
    """Bring the tables to the newest version. Where two do so at the same time, the second waits and finds it done.

    Raises NewerTables.
    """
    if is_newer():
        raise NewerTables
    was_current = is_current()
    with engine().execution_options(write=True).begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite lets one write at a time anyway
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        upgrade_on(connection)
    if not was_current:  # earlier versions left what was deleted in unused pages
        try:
            rewrite_without_deleted()
        except sqlite3.OperationalError as error:  # such as a full disk
            log.warning("deleted words may stay in the database until `VACUUM` runs: %s", error)


def upgrade_on(connection: Connection) -> None:
    """Bring the tables of any database to the newest version."""
    from alembic import command

    settings = _settings()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def is_current() -> bool:
    """Whether the tables are at the newest version."""
    with engine().connect() as connection:
        return revision_on(connection) == newest_revision()


def is_newer() -> bool:
    """Whether a newer version of this program has upgraded the tables. A process that runs may go on with them."""
    with engine().connect() as connection:
        revision = revision_on(connection)
    return revision is not None and not is_known(revision)


def revision_on(connection: Connection) -> str | None:
    """The version of the tables of any database; None where there are none."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The version of the tables that this program works with."""
    return _scripts().get_current_head() or ""


def missing_revisions(revision: str | None) -> list[tuple[str, str]]:
    """The versions after this one, oldest first, each with what it brings. Raises KeyError where it is not known."""
    known = [(script.revision, script.doc) for script in _scripts().walk_revisions()][::-1]
    if revision is None:
        return known
    at = [number for number, _ in known].index(revision) if is_known(revision) else None
    if at is None:
        raise KeyError(revision)
    return known[at + 1 :]


def is_known(revision: str | None) -> bool:
    """Whether this program knows a version of the tables; a newer program may have made it."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _settings() -> Config:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_settings())


#: Leases compare the clocks of workers; with PostgreSQL, that of the database stands for all.
MAX_CLOCK_DIFFERENCE_SECONDS = 5.0
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "glusterfs", "ceph")


def find_problem(now: datetime) -> str | None:
    """Why work must not start on this database, in words for the owner; None: it may.

    Raises SQLAlchemyError where the database does not answer.
    """
    url = database_url()
    if url.get_backend_name() == "sqlite":
        kind = _file_system_of(Path(url.database or "/"))
        if kind in NETWORK_FILE_SYSTEMS:
            return f"The SQLite database lies on a network disk ({kind}), where it can be damaged. Use PostgreSQL."
    else:
        with engine().connect() as connection:
            theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        difference = abs((theirs - now).total_seconds())
        if difference > MAX_CLOCK_DIFFERENCE_SECONDS:
            return f"The clocks of this machine and the database differ by {difference:.0f} s. Set them by NTP."
    if is_newer():
        return f"{NewerTables.default_message} {NewerTables.default_hint}"
    if not is_current():
        return "The database's tables are not up to date. Run `flask db-upgrade`."
    return None


def _file_system_of(path: Path) -> str:
    """The kind of file system a path lies on, from Linux' list of mounts; "" where that is not there."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    fitting = [(len(place), kind) for place, kind in mounts if path.is_relative_to(place)]
    return max(fitting, default=(0, ""))[1]
