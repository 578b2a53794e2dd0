"""`flask upgrade-check`: whether an upgrade would go well, before anything changes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import Connection, func, select

from core.backup.history import last_backup
from core.backup.rows import open_file, save_rows
from core.clock import utc_now
from core.database import schema, sessions
from core.database.tables import Job, Recording, Status, User
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.cli.errors import tell_errors

RECENT = timedelta(days=1)


@click.command("upgrade-check")
@tell_errors
def upgrade_check() -> None:
    """Try the upgrade of the database on a copy, and say what to do first.

    Run it with the new version, before the site is started with it.
    """
    problems = [check_result.show(result) for result in run_checks()]
    sys.exit(1 if any(problems) else 0)


def run_checks() -> Iterator[CheckResult]:
    """Check one thing after another; a database of a newer version is the only result then."""
    with sessions.engine().connect() as connection:
        revision = schema.revision_on(connection)
    if revision is None:
        yield check_result.ok("tables", "none yet: nothing to upgrade")
        return
    if not schema.is_known(revision):
        fix = "Use that version again, or restore a backup made before."
        yield check_result.error("tables", f"of a newer version ({revision}) than this program", fix)
        return
    missing = schema.missing_revisions(revision)
    names = "".join(f"\n{'':23}{number}: {title}" for number, title in missing)
    yield check_result.ok("tables", f"{len(missing)} upgrades to make{names}" if missing else "up to date")
    yield _try_upgrade()
    yield _find_backup()
    yield _count_running()


def _try_upgrade() -> CheckResult:
    """Upgrade a copy of SQLite's file, or PostgreSQL in a transaction that is taken back; nobody loses a recording."""
    with sessions.engine().connect() as connection:
        before = _count(connection)
    if sessions.engine().dialect.name == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            save_rows(Path(folder) / "copy")
            engine = open_file(Path(folder) / "copy")
            with engine.connect() as connection:
                after = _count(connection)
            engine.dispose()
    else:
        with sessions.engine().connect() as connection, connection.begin() as transaction:
            schema.upgrade_on(connection)
            after = _count(connection)
            transaction.rollback()
    state = f"tried on a copy: {after[0]} recordings of {after[1]} users"
    if after != before:
        fix = "Do not upgrade. Keep the old version, and report this with the two version numbers."
        return check_result.error("upgrade", f"{state}, but there are {before[0]} of {before[1]}", fix)
    return check_result.ok("upgrade", f"{state}, all there")


def _count(connection: Connection) -> tuple[int, int]:
    counts = [connection.scalar(select(func.count(table.id))) for table in (Recording, User)]
    return counts[0] or 0, counts[1] or 0


def _find_backup() -> CheckResult:
    found = last_backup()
    if found is None:
        return check_result.warning("backup", "none was made here", "Run `flask backup FILE` first.")
    age = utc_now() - found.made_at
    state = f"{found.path}, {age.days} days old" if age.days else f"{found.path}, {age.seconds // 3600} hours old"
    if not Path(found.path).exists():
        return check_result.warning("backup", f"{found.path} is gone", "Run `flask backup FILE` first, or look for it.")
    if age > RECENT:
        return check_result.warning("backup", state, "Run `flask backup FILE` first.")
    return check_result.ok("backup", state)


def _count_running() -> CheckResult:
    with sessions.engine().connect() as connection:
        running = connection.scalar(select(func.count(Job.id)).where(Job.status == Status.RUNNING)) or 0
    return check_result.ok("jobs", f"{running} running: they stop with their workers, and go on after the upgrade")
