"""NUL characters and halves of surrogate pairs, anywhere in a request and on both databases: an error of the client."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from support.visitors import PASSWORD, Browser, Program, log_in

import config
from core.accounts import api_keys, users
from core.database.tables import User
from webapp import create_app

SOUND = b"RIFF and some sound"


@pytest.fixture
def app(any_database: str, settings_of: Callable[..., config.Settings]) -> Flask:
    """The app on either database."""
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef")
    app = create_app()
    app.config.update(WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    return app


@pytest.fixture
def alice(app: Flask) -> User:
    return users.create_user("alice@example.org", PASSWORD, is_admin=True)


@pytest.fixture
def program(app: Flask, alice: User) -> Program:
    return Program(app, api_keys.create_api_key(alice, "test"))


def check_refused(answer: object) -> None:
    status = answer.status_code  # type: ignore[attr-defined]
    assert 400 <= status < 500, answer


PATHS = ("/recordings/a%00b", "/recordings/%ED%A0%BD", "/%00", "/static/%00", "/upload/%00", "/account/keys/%00/revoke")
QUERIES = ("/?page=%00", "/?q=a%00", "/login?next=/%00", "/recordings/x?version=%00", "/?%00=1", "/?cursor=%ED%A0%BD")


def test_in_addresses(app: Flask, alice: User) -> None:
    browser = log_in(app, alice)
    for address in PATHS:
        check_refused(browser.get(address))
        check_refused(browser.post(address))
    for address in QUERIES:
        check_refused(browser.get(address))


def test_in_addresses_of_the_api(program: Program) -> None:
    for part in ("a%00b", "%00", "%ED%A0%BD", "a" * 3000):
        check_refused(program.get(f"/recordings/{part}"))
        check_refused(program.delete(f"/recordings/{part}"))
        check_refused(program.get(f"/recordings/{part}/exports/{part}"))
    check_refused(program.get("/recordings?cursor=%00"))
    check_refused(program.get("/recordings?limit=%00"))


def test_in_forms(app: Flask, alice: User) -> None:
    stranger, browser = app.test_client(), log_in(app, alice)
    forms = {
        "/login": ("email", "password", "next"),
        "/account/keys": ("name",),
        "/account/password": ("current", "new"),
        "/account/theme": ("theme",),
        "/admin/templates": ("title", "instructions"),
    }
    for path, names in forms.items():
        for client in (stranger, browser):
            for name in names:
                check_refused(client.post(path, data={name: "a\0b"}))
                check_refused(client.post(path, data={name: "a\0b"}, content_type="multipart/form-data"))
                halved = f"{name}=%ed%a0%bd"
                check_refused(client.post(path, data=halved, content_type="application/x-www-form-urlencoded"))


def test_in_uploads(program: Program) -> None:
    for field in ("title", "language", "num_speakers", "template", "summary_language", "model", "instructions"):
        check_refused(program.upload(SOUND, **{field: "a\0b"}))
    check_refused(program.upload(SOUND, "a\0b.wav"))
    for head in (b'"file"; filename="\xed\xa0\xbd.wav"', b'"title"', b'"instructions"'):
        disposition = b"Content-Disposition: form-data; name=" + head
        body = b"--frontier\r\n" + disposition + b"\r\n\r\n\xed\xa0\xbd\r\n--frontier--\r\n"
        check_refused(program.post("/recordings", data=body, content_type="multipart/form-data; boundary=frontier"))
    check_refused(program.post("/recordings", data={"file": (io.BytesIO(SOUND), "a.wav"), "strange\0": "x"}))


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud83d", r"\udc00", r"\ud83dx\ude00"])
def test_in_json(program: Program, text: str) -> None:
    made = program.upload(SOUND).json["id"]
    for body in (
        '{"instructions": "%s"}', '{"template": "%s"}', '{"model": "%s"}', '{"%s": "x"}', '["%s"]', '"%s"',
    ):  # fmt: skip
        check_refused(program.post(f"/recordings/{made}/summarize", data=body % text))
        check_refused(program.put(f"/recordings/{made}/speakers", data=body % text))


def test_in_headers(app: Flask, program: Program) -> None:
    client = app.test_client()
    for value in ("\xed\xa0\xbd", "a\xffb"):
        for name in ("Authorization", "X-Request-ID", "Accept", "Cookie", "Accept-Language", "Referer", "Origin"):
            given = f"Bearer {value}" if name == "Authorization" else value
            assert client.get("/api/v1/recordings", headers={name: given}).status_code < 500
            assert client.post("/login", headers={name: given}).status_code < 500


def test_numbers_beyond_any_database_are_refused_too(program: Program) -> None:
    made = program.upload(SOUND).json["id"]
    check_refused(program.post(f"/recordings/{made}/versions/{10**30}/use"))
    check_refused(program.get(f"/recordings/{made}/summary?version={10**30}"))
