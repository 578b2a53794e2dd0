"""Sessions as people meet them: what ends one, the list on the account page, and the first password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from support import meetings
from support.visitors import PASSWORD, log_in

from core.accounts import api_keys, sessions, users
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import User, UserSession
from webapp.auth.browser_names import browser_name

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NEW = "another long password"


def copy_of(app: Flask, client: FlaskClient) -> FlaskClient:
    """A thief with the same cookie."""
    cookie = client.get_cookie("realrecap")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("realrecap", cookie.value)
    return thief


def test_a_copied_cookie_is_worth_nothing_after_logging_out(app: Flask, alice: User) -> None:
    client = log_in(app, alice)
    thief = copy_of(app, client)
    assert thief.get("/account").status_code == 200
    client.post("/logout")
    assert thief.get("/account").status_code == 302
    assert thief.get("/account", headers={"Accept": "application/json"}).status_code == 401


def test_a_page_left_open_does_not_keep_its_session_alive(app: Flask, browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Standup")
    before = utc_now() - timedelta(days=1)
    with write() as session:
        session.execute(update(UserSession).values(seen_at=before))
    json = {"Accept": "application/json"}
    assert browser.get(f"/recordings/{recording.id}/live", headers=json).status_code == 200
    assert browser.get(f"/rows?id={recording.id}", headers=json).status_code == 200
    assert [each.seen_at for each in sessions.list_sessions(alice.id, utc_now())] == [before]
    browser.get(f"/recordings/{recording.id}")
    assert sessions.list_sessions(alice.id, utc_now())[0].seen_at > before


def test_logging_in_again_ends_the_session_before(app: Flask, alice: User) -> None:
    client = log_in(app, alice)
    thief = copy_of(app, client)
    client.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert client.get("/account").status_code == 200
    assert thief.get("/account").status_code == 302
    assert len(sessions.list_sessions(alice.id, utc_now())) == 1


def test_a_disabled_user_is_out_at_once_and_told_so_with_the_right_password_only(
    app: Flask, browser: FlaskClient, alice: User
) -> None:
    users.disable_user(alice.id, utc_now())
    assert browser.get("/").status_code == 302
    right = browser.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert right.status_code == 403
    assert "This account is disabled. Ask your administrator." in right.text
    wrong = browser.post("/login", data={"email": alice.email, "password": "wrong"})
    assert wrong.status_code == 401
    assert "disabled" not in wrong.text
    users.enable_user(alice.id)
    log_in(app, alice)


def test_a_session_ends_at_its_limits(app: Flask, alice: User, change_settings: object) -> None:
    client = log_in(app, alice)
    change_settings(SESSION_IDLE_DAYS=0.0000001)  # type: ignore[operator]
    assert client.get("/").status_code == 302
    change_settings(SESSION_IDLE_DAYS=14)  # type: ignore[operator]
    assert client.get("/").status_code == 200
    change_settings(SESSION_MAX_DAYS=0.0000001)  # type: ignore[operator]
    assert client.get("/").status_code == 302


def test_the_account_page_lists_sessions_and_ends_each(app: Flask, alice: User, charlie: User) -> None:
    here = log_in(app, alice)
    there = app.test_client()
    there.post("/login", data={"email": alice.email, "password": PASSWORD}, headers={"User-Agent": FIREFOX})
    page = here.get("/account").text
    assert "Firefox on Linux" in page
    assert page.count("this browser") == 1
    other = next(each for each in sessions.list_sessions(alice.id, utc_now()) if each.browser == "Firefox on Linux")
    assert log_in(app, charlie).post(f"/account/sessions/{other.id}/end").status_code == 404
    assert here.post(f"/account/sessions/{other.id}/end").status_code == 302
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert here.post(f"/account/sessions/{other.id}/end").status_code == 404


def test_last_seen_is_renewed_once_a_minute(app: Flask, alice: User) -> None:
    token = sessions.start_session(alice, "Firefox", "192.0.2.0/24", utc_now() - timedelta(hours=1))
    assert token
    now = utc_now()
    sessions.find_session(token, "192.0.2.0/24", now)
    assert sessions.list_sessions(alice.id, now)[0].seen_at == now
    sessions.find_session(token, "192.0.2.0/24", now + timedelta(seconds=30))
    assert sessions.list_sessions(alice.id, now)[0].seen_at == now


@pytest.fixture
def newcomer(app: Flask) -> User:
    """Someone whose password was chosen by an administrator."""
    return users.create_user("newcomer@example.org", PASSWORD, must_change_password=True)


def test_the_first_password_must_be_changed_before_anything_else(app: Flask, newcomer: User) -> None:
    client = app.test_client()
    form = {"email": newcomer.email, "password": PASSWORD, "next": "/upload"}
    answer = client.post("/login", data=form)
    assert answer.headers["Location"] == "/login/password?next=/upload"
    for path in ("/", "/account", "/upload", "/recordings/x"):
        assert client.get(path).headers["Location"].startswith("/login/password")
    assert client.post("/account/keys", data={"name": "way around"}).status_code == 403
    assert client.post("/files/", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"}).status_code == 403
    assert api_keys.api_keys(newcomer.id) == []
    page = client.get("/login/password?next=/upload").text
    assert "Choose a password" in page
    for new, words in (("short", "shorter than 10"), (PASSWORD, "the password you have now")):
        refused = client.post("/login/password", data={"new": new})
        assert refused.status_code == 422
        assert words in refused.text
    before = copy_of(app, client)
    answer = client.post("/login/password", data={"new": NEW, "next": "/upload"})
    assert answer.headers["Location"] == "/upload"
    assert client.get("/upload").status_code == 200
    assert before.get("/upload").headers["Location"].startswith("/login?")
    assert users.check_password(newcomer.email, NEW)
    assert not users.check_password(newcomer.email, PASSWORD)


def test_who_does_not_change_the_first_password_can_log_out(app: Flask, newcomer: User) -> None:
    client = app.test_client()
    client.post("/login", data={"email": newcomer.email, "password": PASSWORD})
    thief = copy_of(app, client)
    client.post("/logout")
    assert thief.get("/login/password").headers["Location"] == "/login"
    assert thief.post("/login/password", data={"new": NEW}).headers["Location"] == "/login"
    assert users.check_password(newcomer.email, PASSWORD)


def test_nobody_else_sees_the_page_for_the_first_password(app: Flask, browser: FlaskClient) -> None:
    for client in (browser, app.test_client()):
        assert client.get("/login/password").headers["Location"] == "/login"
        assert client.post("/login/password", data={"new": NEW}).headers["Location"] == "/login"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5 <script>\x1b[31m", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_has_a_name_that_people_know(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
