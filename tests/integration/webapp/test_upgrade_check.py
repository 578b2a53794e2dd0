"""`flask upgrade-check` tries an upgrade without making it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import text
from support.factories import NOW, make_recording, make_user

from core.backup.make import make_backup
from core.clock import utc_now
from core.database import schema, sessions
from webapp.cli.upgrade_check import upgrade_check


@pytest.fixture(autouse=True)
def _recording(any_database: str) -> None:
    make_recording(make_user("ann"))


def downgrade(revision: str) -> None:
    with sessions.engine().execution_options(write=True).begin() as connection:
        settings = schema._settings()
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)


def run() -> tuple[int, str]:
    result = CliRunner().invoke(upgrade_check)
    return result.exit_code, result.output


def test_what_an_upgrade_brings_is_listed_and_tried_without_making_it(tmp_path: Path) -> None:
    downgrade("0010")
    code, output = run()
    assert code == 1  # there is no backup
    assert f"{len(schema.missing_revisions('0010'))} upgrades to make" in output
    assert "0012: " in output
    assert "1 recordings of 1 users, all there" in output
    assert "Run `flask backup FILE` first." in output
    with sessions.engine().connect() as connection:
        assert schema.revision_on(connection) == "0010"


def test_with_a_new_backup_and_todays_tables_there_is_nothing_to_do(tmp_path: Path) -> None:
    make_backup(tmp_path / "backup.tar", utc_now(), lambda _done, _total: None)
    code, output = run()
    assert code == 0, output
    assert "up to date" in output


@pytest.mark.parametrize("what", ["old", "gone"])
def test_a_backup_that_is_old_or_gone_is_told(what: str, tmp_path: Path) -> None:
    make_backup(tmp_path / "backup.tar", NOW if what == "old" else utc_now(), lambda _done, _total: None)
    if what == "gone":
        (tmp_path / "backup.tar").unlink()
    code, output = run()
    assert code == 1
    assert ("days old" if what == "old" else "is gone") in output


def test_a_database_of_a_newer_version_is_told() -> None:
    with sessions.engine().execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    code, output = run()
    assert code == 1
    assert "newer version (9999)" in output
