"""Logging in and out, and what guards it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.visitors import PASSWORD, log_in, token_of

from core.accounts import api_keys, users
from core.database.tables import User


def test_the_right_password_logs_in_and_a_wrong_one_does_not(app: Flask, alice: User) -> None:
    client = app.test_client()
    refused = client.post("/login", data={"email": alice.email, "password": "wrong password"})
    assert refused.status_code == 401
    assert "E-mail or password is not right." in refused.text
    assert client.get("/").status_code == 302
    assert client.post("/login", data={"email": " Alice@Example.org", "password": PASSWORD}).status_code == 302
    assert client.get("/").status_code == 200


def test_an_unknown_address_gets_the_same_words_as_a_wrong_password(app: Flask, alice: User) -> None:
    client = app.test_client()
    answers = [client.post("/login", data={"email": each, "password": "x"}) for each in (alice.email, "no@one.org")]
    pages = [answer.text.replace(token_of(answer.text), "") for answer in answers]
    assert pages[0].replace(alice.email, "no@one.org") == pages[1]


def test_whoever_is_not_logged_in_comes_back_to_the_page_asked_for(app: Flask, alice: User) -> None:
    client = app.test_client()
    asked = client.get("/account")
    assert asked.headers["Location"] == "/login?next=/account"
    answer = client.post("/login", data={"email": alice.email, "password": PASSWORD, "next": "/account"})
    assert answer.headers["Location"] == "/account"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"])
def test_logging_in_never_leads_to_another_site(app: Flask, alice: User, target: str) -> None:
    answer = app.test_client().post("/login", data={"email": alice.email, "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_the_session_is_a_new_one_after_logging_in(app: Flask, alice: User) -> None:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    token = token_of(client.get("/login").text)
    with client.session_transaction() as before:
        planted = before["csrf_token"]
    client.post("/login", data={"email": alice.email, "password": PASSWORD, "csrf_token": token})
    with client.session_transaction() as after:
        assert after.get("csrf_token") != planted
        assert after["_user_id"]
        assert after.keys() <= {"_user_id", "_id", "_fresh", "_permanent", "csrf_token"}


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask, alice: User) -> None:
    answer = app.test_client().post("/login", data={"email": alice.email, "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_too_many_wrong_passwords_are_slowed_down(app: Flask, alice: User) -> None:
    client = app.test_client()
    for _ in range(5):
        assert client.post("/login", data={"email": alice.email, "password": "wrong"}).status_code == 401
    slowed = client.post("/login", data={"email": alice.email, "password": PASSWORD})
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["Retry-After"]) <= 31
    assert f"Too many tries. Try again in {slowed.headers['Retry-After']} s." in slowed.text


def test_right_passwords_are_not_counted(app: Flask, alice: User) -> None:
    client = app.test_client()
    for _ in range(8):
        assert client.post("/login", data={"email": alice.email, "password": PASSWORD}).status_code == 302
        client.post("/logout")


def test_one_account_under_attack_does_not_lock_out_another(app: Flask, alice: User, charlie: User) -> None:
    client = app.test_client()
    for _ in range(6):
        client.post("/login", data={"email": alice.email, "password": "wrong"})
    assert client.post("/login", data={"email": charlie.email, "password": PASSWORD}).status_code == 302


def test_logging_out_ends_the_session(browser: FlaskClient) -> None:
    assert browser.post("/logout").headers["Location"] == "/login"
    assert browser.get("/").status_code == 302


def test_a_changed_password_ends_other_sessions_but_not_this_one(app: Flask, alice: User) -> None:
    here, elsewhere = log_in(app, alice), log_in(app, alice)
    answer = here.post("/account/password", data={"current": PASSWORD, "new": "another long password"})
    assert answer.status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert users.check_password(alice.email, "another long password")


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [("not it", "another long password", "This is not your password."), (PASSWORD, "short", "shorter than 10")],
)
def test_a_password_is_not_changed_without_the_old_or_to_a_short_one(
    browser: FlaskClient, alice: User, current: str, new: str, words: str
) -> None:
    answer = browser.post("/account/password", data={"current": current, "new": new})
    assert answer.status_code == 422
    assert words in answer.text
    assert users.check_password(alice.email, PASSWORD)


def test_logging_out_everywhere_ends_all_sessions(app: Flask, alice: User) -> None:
    here, elsewhere = log_in(app, alice), log_in(app, alice)
    here.post("/account/sessions/end")
    assert here.get("/").status_code == elsewhere.get("/").status_code == 302


def test_an_api_key_is_shown_once_and_can_be_revoked(app: Flask, browser: FlaskClient, alice: User) -> None:
    page = browser.post("/account/keys", data={"name": "backup <script>"}).text
    key = page.split('id="new-key"')[1].split('value="')[1].split('"')[0]
    again = browser.get("/account").text
    assert key not in again
    assert "backup &lt;script&gt;" in again
    ask = app.test_client()
    headers = {"Authorization": f"Bearer {key}"}
    assert ask.get("/api/v1/recordings", headers=headers).status_code == 200
    (kept,) = api_keys.api_keys(alice.id)
    assert browser.post(f"/account/keys/{kept.id}/revoke").status_code == 302
    assert ask.get("/api/v1/recordings", headers=headers).status_code == 401


def test_nobody_revokes_the_key_of_another(app: Flask, browser: FlaskClient, charlie: User) -> None:
    api_keys.create_api_key(charlie, "mine")
    (kept,) = api_keys.api_keys(charlie.id)
    assert browser.post(f"/account/keys/{kept.id}/revoke").status_code == 404
    assert api_keys.api_keys(charlie.id)


def test_the_colours_chosen_are_kept_in_the_browser(browser: FlaskClient) -> None:
    assert 'data-theme="system"' in browser.get("/account").text
    browser.post("/account/theme", data={"theme": "dark"})
    assert 'data-theme="dark"' in browser.get("/").text
    assert browser.post("/account/theme", data={"theme": "pink"}).status_code == 422
