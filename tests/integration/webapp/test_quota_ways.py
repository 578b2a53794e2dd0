"""The limits of a user hold under every way in: form, API, bodies of unknown length, sample meeting, command line."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.tus_visitors import Tus, code_of
from support.upload_bodies import BOUNDARY, form_body
from support.visitors import Program, stored_files

import config
from core.accounts import api_keys
from core.clock import utc_now
from core.database.tables import User
from core.recordings import library
from webapp.errors import TooManyAtOnce
from webapp.uploads import concurrency

QUOTA = 5000


@pytest.fixture
def small_quota(settings_of: Callable[..., config.Settings], app: Flask) -> None:
    """A user may keep so much."""
    settings_of(MAX_USER_BYTES=QUOTA)


def send_in_chunks(program: Program, data: bytes) -> Any:
    """Upload a file in a body whose length is not told."""
    body = io.BytesIO(form_body(("talk.wav", data)))
    environ = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    environ["CONTENT_TYPE"] = f"multipart/form-data; boundary={BOUNDARY}"
    return program.post("/recordings", environ_overrides=environ)


@pytest.mark.usefixtures("small_quota")
def test_bodies_of_unknown_length(program: Program, alice: User, data_dir: Path) -> None:
    assert code_of(send_in_chunks(program, b"x" * (QUOTA + 1))) == (403, "quota_exceeded")
    assert not stored_files(data_dir)
    assert send_in_chunks(program, b"x" * (QUOTA - 1)).status_code == 201
    assert code_of(send_in_chunks(program, b"xx")) == (403, "quota_exceeded")
    assert len(library.find_page(alice.id, library.View(), 9)) == 1


@pytest.mark.usefixtures("small_quota")
def test_a_file_that_just_fits_is_not_refused_for_the_boundaries_around_it(program: Program) -> None:
    assert program.upload(b"x" * QUOTA).status_code == 201
    assert code_of(program.upload(b"x")) == (403, "quota_exceeded")


@pytest.mark.usefixtures("small_quota")
def test_the_sample_meeting(browser: FlaskClient, alice: User, data_dir: Path) -> None:
    assert browser.post("/sample").status_code == 403
    assert not library.find_page(alice.id, library.View(), 9)
    assert not stored_files(data_dir)


@pytest.mark.usefixtures("small_quota")
def test_the_command_line(app: Flask, admin: User, data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.wav"
    file.write_bytes(b"x" * (QUOTA + 1))
    result = app.test_cli_runner().invoke(args=["recap", str(file), "-o", str(tmp_path / "recap.pdf")])
    assert result.exit_code != 0
    assert "all the space" in result.output
    assert not library.find_page(admin.id, library.View(), 9)
    assert not stored_files(data_dir)


def test_only_bytes_prolong_an_announced_upload(app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tus = Tus(app, api_keys.create_api_key(alice, "test"))
    path, start = tus.begin(4), utc_now()

    def hours_later(hours: int) -> None:
        monkeypatch.setattr("webapp.uploads.tus_routes.utc_now", lambda: start + timedelta(hours=hours))

    hours_later(20)
    assert tus.patch(path, 0, b"").status_code == 204
    assert tus.patch(path, 3, b"x").status_code == 409
    assert tus.call("PUT", f"{path}/options", data={"title": "Talk"}).status_code == 204
    assert tus.call("HEAD", path).status_code == 200
    hours_later(25)
    assert tus.call("HEAD", path).status_code == 410
    hours_later(0)
    assert tus.patch(path, 0, b"ta").status_code == 204


def test_one_user_sends_only_so_many_files_at_once(program: Program, stranger: Program, alice: User) -> None:
    with ExitStack() as bodies:
        for _ in range(concurrency.MOST_AT_ONCE):
            bodies.enter_context(concurrency.one_more_body(alice.id))
        with pytest.raises(TooManyAtOnce):
            bodies.enter_context(concurrency.one_more_body(alice.id))
        answer = program.upload()
        assert code_of(answer) == (429, "rate_limited")
        assert answer.headers["Retry-After"]
        assert "at once" in answer.json["error"]["message"]
        assert stranger.upload().status_code == 201
    assert program.upload().status_code == 201
