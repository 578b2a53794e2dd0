"""The commands with which an administrator manages accounts."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import PASSWORD, log_in

from core.accounts import api_keys, users
from core.database.tables import User
from core.recordings import queries


@pytest.fixture(autouse=True)
def _other_admin(admin: User) -> None:
    """So that no other user is the last administrator."""


def run(app: Flask, command: str, *, answers: str | None = None, fails: bool = False) -> str:
    result: Result = app.test_cli_runner().invoke(args=command.split(), input=answers)
    assert (result.exit_code != 0) == fails, result.output
    return result.output


@pytest.mark.parametrize(("command", "target"), [("create-user", "/"), ("create-admin", "/admin/first-steps")])
def test_the_first_password_of_a_new_account_must_be_changed(app: Flask, command: str, target: str) -> None:
    run(app, f"{command} --email new@example.org --password four-words-of-length")
    client = app.test_client()
    form = {"email": "new@example.org", "password": "four-words-of-length"}
    assert client.post("/login", data=form).headers["Location"] == "/login/password"
    run(app, f"{command} --email own@example.org --password four-words-of-length --keep-password")
    assert client.post("/login", data=form | {"email": "own@example.org"}).headers["Location"] == target


def test_the_first_administrator_of_a_machine_changes_the_printed_password_too(app: Flask, admin: User) -> None:
    with app.test_request_context():
        assert run(app, "create-admin --email first@example.org --first-start") == ""  # there is an account
    assert users.find_user("first@example.org") is None


def test_an_account_gets_another_address_and_keeps_the_rest(app: Flask, browser: FlaskClient, alice: User) -> None:
    assert "alice@new.example.org" in run(app, f"change-email --email {alice.email} --to Alice@New.Example.org")
    assert browser.get("/").status_code == 200
    found = users.find_user("alice@new.example.org")
    assert found is not None
    assert found.id == alice.id
    assert "already an account" in run(app, f"change-email --email {found.email} --to admin@example.org", fails=True)
    assert "no account" in run(app, f"change-email --email {alice.email} --to x@example.org", fails=True)
    log_in(app, found)


def test_disabling_and_enabling_take_effect_at_once(app: Flask, browser: FlaskClient, alice: User) -> None:
    key = api_keys.create_api_key(alice, "script")
    headers = {"Authorization": f"Bearer {key}"}
    assert "Disabled alice@example.org" in run(app, "disable-user --email Alice@example.org")
    assert browser.get("/").status_code == 302
    assert app.test_client().get("/api/v1/recordings", headers=headers).status_code == 401
    assert "alice@example.org" in run(app, "list-users")
    assert "disabled" in run(app, "list-users")
    run(app, "enable-user --email alice@example.org")
    assert app.test_client().get("/api/v1/recordings", headers=headers).status_code == 200
    log_in(app, alice)


def test_a_reset_password_ends_sessions_and_must_be_changed(app: Flask, browser: FlaskClient, alice: User) -> None:
    run(app, "reset-password --email alice@example.org", answers="a new long password\na new long password\n")
    assert browser.get("/").headers["Location"] == "/login"
    form = {"email": alice.email, "password": "a new long password"}
    assert browser.post("/login", data=form).headers["Location"] == "/login/password"
    assert "shorter than 10" in run(app, "reset-password --email alice@example.org --password x", fails=True)


def test_a_deleted_user_is_gone_with_all_recordings(app: Flask, browser: FlaskClient, alice: User) -> None:
    recording = meetings.finished(alice, "Secret meeting")
    assert "Aborted" in run(app, "delete-user --email alice@example.org", answers="n\n", fails=True)
    assert queries.get(recording.id)
    assert "1 recording" in run(app, "delete-user --email alice@example.org --yes")
    assert queries.get(recording.id) is None
    assert browser.get("/").status_code == 302
    assert browser.post("/login", data={"email": alice.email, "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize("command", ["disable-user", "delete-user --yes"])
def test_the_last_administrator_is_neither_disabled_nor_deleted(app: Flask, admin: User, command: str) -> None:
    output = run(app, f"{command} --email {admin.email}", fails=True)
    assert "admin@example.org is the last administrator." in output
    log_in(app, admin)
    users.create_user("second@example.org", PASSWORD, is_admin=True)
    run(app, f"{command} --email {admin.email}")


def test_an_administrator_revokes_keys(app: Flask, alice: User) -> None:
    keys = [api_keys.create_api_key(alice, f"program {number}") for number in range(3)]
    listed = run(app, "list-api-keys --email alice@example.org")
    assert all(key[:10] in listed and key not in listed for key in keys)
    revoke = "revoke-api-key --email alice@example.org"
    assert "Which key is not clear" in run(app, revoke, fails=True)
    assert "no such key" in run(app, f"{revoke} rr_", fails=True)
    assert "Revoked 1 API key" in run(app, f"{revoke} {keys[0][:10]}")
    assert "Revoked 1 API key" in run(app, f"{revoke} {keys[1]}")
    assert [key.name for key in api_keys.api_keys(alice.id)] == ["program 2"]
    assert "Revoked 1 API key" in run(app, f"{revoke} --all")
    assert api_keys.api_keys(alice.id) == []


@pytest.mark.parametrize(
    "command",
    ["disable-user", "enable-user", "delete-user --yes", "reset-password --password x", "list-api-keys",
     "revoke-api-key --all", "create-api-key"],
)  # fmt: skip
def test_an_unknown_account_is_told(app: Flask, command: str) -> None:
    output = run(app, f"{command} --email nobody@example.org", fails=True)
    assert "There is no account for nobody@example.org." in output
    assert "Traceback" not in output
