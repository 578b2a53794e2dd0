"""Who visits in the tests of the web site: browsers and programs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.database.tables import User

PASSWORD = "four words of length"


class Browser(FlaskClient):
    """A client that reads each response to its end, as browsers do, so that no file stays open."""

    def open(self, *arguments: Any, buffered: bool = True, **options: Any) -> TestResponse:
        return super().open(*arguments, buffered=buffered, **options)


def log_in(app: Flask, user: User) -> FlaskClient:
    """A browser in which somebody is logged in."""
    client = app.test_client()
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


class Program:
    """A program with an API key."""

    def __init__(self, app: Flask, key: str) -> None:
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {key}"}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(path: str, **kwargs: Any) -> Any:
            headers = self._headers | kwargs.pop("headers", {})
            return getattr(self._client, method)(f"/api/v1{path}", headers=headers, **kwargs)

        return call

    def upload(self, data: bytes = b"RIFF and some sound", name: str = "talk.wav", **fields: str) -> Any:
        return self.post("/recordings", data={"file": (io.BytesIO(data), name), **fields})


def stored_files(folder: Path) -> list[Path]:
    """Uploaded files on disk, arrived or on their way."""
    return [path for name in ("incoming", "recordings") for path in (folder / name).glob("*")]


def token_of(page: str) -> str:
    """The CSRF token in a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]
