"""An upload whose owner is disabled or deleted while it arrives is refused in words, and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.tus_visitors import OCTETS, Tus, code_of
from support.upload_bodies import Watched, form_body, post
from support.visitors import stored_files, token_of

from core.accounts import api_keys, users
from core.clock import utc_now
from core.database.tables import User
from core.retention import account_deletion

SOUND = bytes(range(256)) * 300
CLOSED = (403, "account_closed")
Close = Callable[[], None]


class Interrupted(Watched):
    """A body during which something happens: before the byte at `at` is read."""

    def __init__(self, data: bytes, at: int, happens: Close) -> None:
        super().__init__(data)
        self.at, self.happens = at, happens

    def readinto(self, buffer: Any) -> int:
        if self.place < self.at:
            return super().readinto(memoryview(buffer)[: self.at - self.place])
        happens, self.happens = self.happens, lambda: None
        happens()
        return super().readinto(buffer)


@pytest.fixture(params=["disabled", "deleted"])
def close(request: pytest.FixtureRequest, admin: User, alice: User) -> Close:
    """Closes the owner's account."""
    how = {"disabled": users.disable_user, "deleted": account_deletion.remove_user}[request.param]
    return lambda: how(alice.id, utc_now())


@pytest.mark.parametrize("at", [0, 40_000, len(SOUND)], ids=["at the start", "half-way", "at the end"])
def test_by_the_api(app: Flask, alice: User, close: Close, data_dir: Path, at: int) -> None:
    key = api_keys.create_api_key(alice, "test")
    body = Interrupted(form_body(("talk.wav", SOUND)), at, close)

    answer = post(app.test_client(), "/api/v1/recordings", body, Authorization=f"Bearer {key}")

    assert code_of(answer) == CLOSED
    assert stored_files(data_dir) == []


def test_by_the_page(browser: FlaskClient, close: Close, data_dir: Path) -> None:
    body = form_body(("talk.wav", SOUND), csrf_token=token_of(browser.get("/upload").text))

    answer = post(browser, "/upload", Interrupted(body, 40_000, close))

    assert answer.status_code == 403
    assert "This account was closed before the file had arrived" in answer.text
    assert stored_files(data_dir) == []


@pytest.mark.parametrize("at", [0, 40_000, len(SOUND) - 1], ids=["at the start", "half-way", "at the end"])
def test_in_pieces(app: Flask, alice: User, close: Close, data_dir: Path, at: int) -> None:
    tus = Tus(app, api_keys.create_api_key(alice, "test"))
    path = tus.begin(len(SOUND))
    environ = {"wsgi.input": Interrupted(SOUND, at, close), "CONTENT_LENGTH": str(len(SOUND)), "CONTENT_TYPE": OCTETS}

    answer = tus.call("PATCH", path, headers={"Upload-Offset": "0"}, environ_overrides=environ)

    assert code_of(answer) in (CLOSED, (410, "upload_gone"))
    if users.find_user(alice.email) is None:
        assert stored_files(data_dir) == []


def test_announced_in_pieces(
    app: Flask, alice: User, close: Close, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tus = Tus(app, api_keys.create_api_key(alice, "test"))
    monkeypatch.setattr(
        "core.uploads.resumable.measure_disk", lambda: close()
    )  # between the check of the key and the row

    assert code_of(tus.create(len(SOUND))) == CLOSED
    assert stored_files(data_dir) == []
