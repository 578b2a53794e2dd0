from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import config
from core.clock import utc_now
from core.database import schema, sessions
from core.database.base import Base

#: SQLite's full-text index and FTS5's own tables for it, which only triggers write, and the index of PostgreSQL.
SEARCH_INDEX = {f"search_index{part}" for part in ("", "_config", "_data", "_idx", "_deleted")}
POSTGRESQL_INDEX = "ix_search_text_words"


@pytest.mark.usefixtures("any_database")
def test_a_database_in_order_has_no_problem() -> None:
    assert schema.is_current()
    assert schema.find_problem(utc_now()) is None


def test_missing_tables_are_told_with_the_command_that_makes_them(data_dir: object) -> None:
    assert "flask db-upgrade" in schema.find_problem(utc_now())


def test_sqlite_on_a_network_disk_is_refused(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_file_system_of", lambda path: "nfs4")
    assert "network disk" in schema.find_problem(utc_now())


@pytest.mark.postgresql
def test_clocks_that_differ_are_told(
    request: pytest.FixtureRequest, settings_of: Callable[..., config.Settings]
) -> None:
    server = request.getfixturevalue("postgresql_server").replace("postgresql://", "postgresql+psycopg://")
    settings_of(DATABASE_URL=f"{server}/postgres")
    assert re.search(r"differ by 3[56]\d\d s", schema.find_problem(utc_now() + timedelta(seconds=3600)) or "")
    sessions.engine().dispose()


def test_a_write_that_fails_changes_nothing(sqlite: str) -> None:
    from core.accounts import users

    with pytest.raises(ZeroDivisionError), sessions.write() as session:
        session.add(users.User(email="ann@example.org"))
        session.flush()
        _ = 1 / 0
    assert users.find_user("ann@example.org") is None


def test_the_migrations_make_the_tables_that_the_models_describe(any_database: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with sessions.engine().connect() as connection:
        own = SEARCH_INDEX | {POSTGRESQL_INDEX} if connection.dialect.name == "sqlite" else set()
        options = {"include_object": lambda _item, name, *_about: name not in own}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.postgresql
def test_two_migrations_at_the_same_time_do_not_disturb_each_other(
    postgresql_admin: Engine, data_dir: Path, settings_of: Callable[..., config.Settings]
) -> None:
    with postgresql_admin.connect() as connection:
        connection.execute(text("CREATE DATABASE twice"))
    url = postgresql_admin.url.set(database="twice").render_as_string(hide_password=False)
    settings_of(DATABASE_URL=url)
    command = [sys.executable, "-m", "flask", "--app", "run", "db-upgrade"]
    try:
        both = [subprocess.Popen(command, cwd=config.ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        outcomes = [(one.communicate(timeout=60)[1], one.returncode) for one in both]
        assert [code for _, code in outcomes] == [0, 0], outcomes
        assert schema.is_current()
    finally:
        sessions.engine().dispose()
        with postgresql_admin.connect() as connection:
            connection.execute(text("DROP DATABASE twice WITH (FORCE)"))
