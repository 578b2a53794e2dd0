"""Attempts that once got through."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import httpx
import pytest
from flask import Flask
from support.gunicorn_server import GunicornServer
from support.visitors import PASSWORD, Program, token_of

import config
from core.database.tables import User
from webapp.auth.authentication import safe_target


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "////evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a\r\nSet-Cookie: b",
        "//[x",
        "",
    ],
)
def test_nobody_is_led_to_another_site_after_logging_in(app: Flask, target: str) -> None:
    with app.test_request_context("/login"):
        assert safe_target(target) == "/"


def test_a_page_of_ours_is_where_one_wanted_to_go(app: Flask) -> None:
    with app.test_request_context("/login"):
        assert safe_target("/recordings/ab12?t=5") == "/recordings/ab12?t=5"


def test_a_login_with_a_strange_target_works(app: Flask, alice: User) -> None:
    client = app.test_client()
    token = token_of(client.get("/login").text)
    form = {"email": alice.email, "password": PASSWORD, "csrf_token": token, "next": "////evil.example"}
    assert client.post("/login", data=form).headers["Location"] == "/"


@pytest.mark.parametrize("number", ["000000001999999", "1" * 5000, "0", "51", "-1", "1.5", "²"])
def test_a_number_of_speakers_that_does_not_fit_is_refused(program: Program, number: str) -> None:
    answer = program.post("/recordings", data={"file": (io.BytesIO(b"x"), "a.mp3"), "num_speakers": number})
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "invalid_request"


@pytest.mark.parametrize("cursor", ["0001-01-01T00:00:00+23:59 x", "9999-12-31T23:59:59-23:59 x", "x y", " "])
def test_a_cursor_out_of_time_is_refused(program: Program, cursor: str) -> None:
    coded = base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=")
    assert program.get(f"/recordings?cursor={coded}").status_code == 422


def test_without_a_key_a_real_server_answers_401(app: Flask) -> None:
    with GunicornServer() as server:
        for method in ("GET", "POST", "DELETE"):
            answer = httpx.request(method, f"{server.address}/api/v1/recordings/x", timeout=10)
            assert answer.status_code in (401, 405), answer.text
        assert httpx.get(f"{server.address}/api/v1/recordings", timeout=10).json()["error"]["code"] == "unauthorized"


def test_an_oversized_title_is_not_blamed_on_the_file(
    program: Program, change_settings: Callable[..., config.Settings]
) -> None:
    change_settings(MAX_UPLOAD_BYTES=10_000_000)
    form = {"title": "t" * 600_000, "file": (io.BytesIO(b"x"), "a.mp3")}
    answer = program.post("/recordings", data=form)
    assert answer.status_code == 422, answer.json
    assert "file is larger" not in answer.json["error"]["message"]
