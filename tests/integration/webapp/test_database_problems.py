"""What a PostgreSQL server says that takes no work is told in words by /readyz and `flask doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, make_url, text
from support.visitors import PASSWORD, Browser, log_in

import config
from core import probes
from core.accounts import users
from core.database import sessions
from webapp import create_app
from webapp.cli.doctor import run_checks

pytestmark = [pytest.mark.postgresql, pytest.mark.parametrize("any_database", ["postgresql"], indirect=True)]

Alter = Callable[[str], None]


@pytest.fixture
def app(any_database: str, settings_of: Callable[..., config.Settings]) -> Flask:
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef")
    app = create_app()
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    return app


@pytest.fixture
def guest(any_database: str, postgresql_admin: Engine, settings_of: Callable[..., config.Settings]) -> Iterator[None]:
    """The settings name a user that may log in and no more."""
    with postgresql_admin.connect() as connection:
        connection.execute(text("CREATE ROLE guest LOGIN"))
    sessions.engine().dispose()
    settings_of(DATABASE_URL=any_database.replace("postgres@", "guest@"))
    yield
    sessions.engine().dispose()
    settings_of(DATABASE_URL=any_database)
    with postgresql_admin.connect() as connection:
        connection.execute(text("DROP ROLE guest"))


@pytest.fixture
def alter(any_database: str, postgresql_admin: Engine) -> Alter:
    """Changes the database, for connections made after that."""
    name = make_url(any_database).database

    def change(how: str) -> None:
        with postgresql_admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} {how}"))
        sessions.engine().dispose()

    return change


def doctor() -> tuple[str, str, str | None]:
    found = next(one for one in run_checks(config.load()) if one.component == "database")
    return found.level, found.state, found.fix


def test_a_read_only_server_is_named_and_pages_say_so(app: Flask, alter: Alter) -> None:
    browser = log_in(app, users.create_user("alice@example.org", PASSWORD))
    alter("SET default_transaction_read_only = on")

    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["parts"]["database"]) == (503, "is read-only")
    level, state, fix = doctor()
    assert (level, state) == ("error", "is read-only")
    assert "default_transaction_read_only" in str(fix)
    assert "primary" in str(fix)

    refused = browser.post("/logout")
    assert refused.status_code == 503
    assert "The database takes no changes at the moment." in refused.text


@pytest.mark.usefixtures("guest")
def test_a_server_without_a_connection_left_is_named(app: Flask, alter: Alter) -> None:
    alter("CONNECTION LIMIT 0")
    assert doctor()[:2] == ("error", "has no connection left")
    assert app.test_client().get("/readyz").json["parts"]["database"] == "has no connection left"


@pytest.mark.usefixtures("any_database", "guest")
def test_a_user_without_rights_is_named() -> None:
    assert doctor()[:2] == ("error", "lacks rights")


def test_a_missing_database_is_named(any_database: str, settings_of: Callable[..., config.Settings]) -> None:
    settings_of(DATABASE_URL=any_database.replace("/test_", "/gone_"))
    assert doctor()[:2] == ("error", "or its user does not exist")


@pytest.mark.usefixtures("any_database")
def test_tables_held_by_another_program_are_named() -> None:
    with sessions.engine().begin() as other:
        other.execute(text("LOCK TABLE probe"))
        problem = probes.probe_database()
    assert problem is not None
    assert problem.state == "is locked by another program"
