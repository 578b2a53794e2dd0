"""What holds on every address: headers, forms of other sites, what belongs to somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import PASSWORD, Program, log_in, token_of
from werkzeug.routing import Rule

import config
from core.accounts import api_keys
from core.database.tables import User
from core.recordings import library, queries
from webapp import create_app
from webapp.security import CONTENT_POLICY

#: Addresses that anybody may see.
OPEN = {"/login", "/healthz", "/readyz", "/static/<release>/<path:filename>"}


def all_rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address with each method it takes."""
    rules = list(app.url_map.iter_rules())
    return [(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]


def address(rule: Rule, recording_id: str) -> str:
    """An address with its gaps filled."""
    filled = str(rule).replace("<recording_id>", recording_id).replace("<kind>", "pdf").replace("<key_id>", "k" * 32)
    filled = filled.replace("<session_id>", "s" * 32).replace("<int:number>", "1").replace("<name>", "site-visit")
    return filled.replace("<release>", "x").replace("<path:filename>", "css/base.css")


def test_every_address_but_the_open_ones_asks_who_you_are(app: Flask, alice: User) -> None:
    recording = meetings.finished(alice, "Alice's secret meeting")
    client = app.test_client()
    asked = [each for each in all_rules(app) if str(each[0]) not in OPEN]
    assert len(asked) > 20
    for rule, method in asked:
        answer = client.open(address(rule, recording.id), method=method)
        sent_away = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
        assert sent_away or answer.status_code == 401, (method, str(rule), answer.status_code)
        assert "secret" not in answer.text


def test_whoever_owns_a_recording_alone_can_reach_it(app: Flask, alice: User, charlie: User, admin: User) -> None:
    recording = meetings.finished(alice, "Alice's secret meeting")
    keys = [api_keys.create_api_key(user, "key") for user in (charlie, admin)]
    clients = [(log_in(app, user), key) for user, key in zip((charlie, admin), keys, strict=True)]
    tried = 0
    for rule, method in all_rules(app):
        if "<recording_id>" not in str(rule):
            continue
        for client, key in clients:
            headers = {"Authorization": f"Bearer {key}"} if str(rule).startswith("/api") else {}
            answer = client.open(address(rule, recording.id), method=method, headers=headers)
            assert answer.status_code == 404, (method, str(rule), answer.status_code)
            assert "secret" not in answer.text
            tried += 1
    assert tried >= 30
    assert queries.get(recording.id) is not None


def test_lists_show_own_recordings_only(app: Flask, alice: User, charlie: User, stranger: Program) -> None:
    recording = meetings.finished(alice, "Alice's secret meeting")
    client = log_in(app, charlie)
    assert "secret" not in client.get("/").text
    assert client.get(f"/rows?id={recording.id}").json == {"rows": {}, "live": []}
    assert stranger.get("/recordings").json["items"] == []


def test_every_answer_carries_the_guarding_headers(app: Flask, alice: User) -> None:
    recording = meetings.finished(alice, "Talk")
    client = log_in(app, alice)
    for rule, method in all_rules(app):
        answer = client.open(address(rule, recording.id), method="GET")
        assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY, (method, str(rule))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Request-ID"]
        expected = "no-cache" if str(rule).startswith("/static") else "private, no-store"
        assert answer.headers["Cache-Control"] == expected, (method, str(rule))
        assert "Strict-Transport-Security" not in answer.headers


def test_no_page_has_a_script_or_a_style_of_its_own(app: Flask, alice: User) -> None:
    recording = meetings.finished(alice, "Talk")
    waiting = meetings.upload(alice, "Waits")
    client = log_in(app, alice)
    paths = ["/", "/upload", "/account", "/help/models", "/nothing", f"/recordings/{recording.id}"]
    paths += [f"/recordings/{waiting.id}", f"/recordings/{waiting.id}/delete", f"/recordings/{recording.id}/rewrite"]
    for page in [app.test_client().get("/login").text, *(client.get(path).text for path in paths)]:
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script>", page)
        assert not re.search(r"(src|href|action)=\"(https?:)?//", page), "nothing comes from elsewhere"


def test_https_brings_secure_cookies_and_hsts(
    sqlite: str, alice: User, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(PUBLIC_URL="https://recap.example.org")
    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/login", data={"email": alice.email, "password": PASSWORD})
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_request_id_is_echoed_where_it_is_harmless(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1.2_3"}).headers["X-Request-ID"] == "abc-1.2_3"
    for strange in ("a b", "<script>", "x" * 65, "é"):
        assert client.get("/healthz", headers={"X-Request-ID": strange}).headers["X-Request-ID"] != strange


def test_no_form_works_without_its_token(app: Flask, alice: User) -> None:
    recording = meetings.upload(alice, "Talk")
    client = log_in(app, alice)
    app.config["WTF_CSRF_ENABLED"] = True
    posts = [rule for rule, method in all_rules(app) if method == "POST" and not str(rule).startswith("/api")]
    assert len(posts) >= 10
    for rule in posts:
        if str(rule) in ("/upload", "/admin/letterhead"):
            continue  # have tests of their own
        answer = client.post(address(rule, recording.id))
        assert answer.status_code == 403, str(rule)
        assert "This form is no longer valid" in answer.text
    assert queries.get(recording.id) is not None


def test_a_form_with_its_token_works(app: Flask, alice: User) -> None:
    recording = meetings.upload(alice, "Talk")
    client = log_in(app, alice)
    app.config["WTF_CSRF_ENABLED"] = True
    token = token_of(client.get(f"/recordings/{recording.id}").text)
    answer = client.post(f"/recordings/{recording.id}/delete", data={"csrf_token": token})
    assert answer.status_code == 303
    assert queries.get(recording.id) is None


@pytest.mark.parametrize("path", ["/nothing", "/recordings/unknown", "/api/v1/nothing"])
def test_an_unknown_address_says_so(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code in (401, 404)
    assert "Traceback" not in answer.text


def test_a_fault_names_its_request_and_tells_nothing_else(
    app: Flask, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(library, "count_states", fail)
    answer = browser.get("/", headers={"X-Request-ID": "find-me"})
    assert answer.status_code == 500
    assert "find-me" in answer.text
    assert "secret" not in answer.text


def test_without_a_database_the_site_says_so(
    app: Flask, browser: FlaskClient, change_settings: Callable[..., config.Settings]
) -> None:
    change_settings(DATABASE_URL="sqlite:////nowhere/at/all.db", DATA_DIR="/nowhere")
    answer = browser.get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "unavailable"
    assert answer.json["error"]["retryable"]
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503


def test_without_a_secret_nothing_but_health_is_served(
    app: Flask, change_settings: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    change_settings()
    client = create_app().test_client()
    answer = client.get("/login")
    assert answer.status_code == 503
    assert "SECRET_KEY" in answer.text
    assert client.get("/healthz").status_code == 200


def test_static_files_may_be_kept_for_a_year_under_their_own_address(app: Flask) -> None:
    client = app.test_client()
    found = re.search(r'href="(/static/[^"]+base\.css)"', client.get("/login").text)
    assert found
    answer = client.get(found[1])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/x/../../config.py").status_code == 404
