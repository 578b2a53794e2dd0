"""A real app on a fresh DATA_DIR, with an owner, a stranger and an admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.visitors import PASSWORD, Browser, Program, log_in

import config
from core.accounts import api_keys, users
from core.database.tables import User
from webapp import create_app
from webapp.settings import keep_settings
from webapp.uploads.upload_file_writer import UploadFileWriter


@pytest.fixture
def app(sqlite: str, settings_of: Callable[..., config.Settings]) -> Flask:
    """The app as gunicorn serves it, except for CSRF protection, which has its own tests."""
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef", MAX_UPLOAD_BYTES=100_000)
    app = create_app()
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    return app


@pytest.fixture
def change_settings(app: Flask, settings_of: Callable[..., config.Settings]) -> Callable[..., config.Settings]:
    """Changes settings of the running app, by name."""

    def change(**values: object) -> config.Settings:
        settings = settings_of(**values)
        keep_settings(app, settings)
        return settings

    return change


@pytest.fixture
def alice(app: Flask) -> User:
    """The owner."""
    return users.create_user("alice@example.org", PASSWORD)


@pytest.fixture
def charlie(app: Flask) -> User:
    """The stranger."""
    return users.create_user("charlie@example.org", PASSWORD)


@pytest.fixture
def admin(app: Flask) -> User:
    """The administrator."""
    return users.create_user("admin@example.org", PASSWORD, is_admin=True)


@pytest.fixture
def browser(app: Flask, alice: User) -> FlaskClient:
    """The owner's browser."""
    return log_in(app, alice)


@pytest.fixture
def program(app: Flask, alice: User) -> Program:
    """The owner's program."""
    return Program(app, api_keys.create_api_key(alice, "test"))


@pytest.fixture
def stranger(app: Flask, charlie: User) -> Program:
    """The stranger's program."""
    return Program(app, api_keys.create_api_key(charlie, "test"))


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each write to the file of an upload had."""
    seen: list[int] = []
    original = UploadFileWriter.write

    def write(self: UploadFileWriter, data: bytes) -> int:
        seen.append(len(data))
        return original(self, data)

    monkeypatch.setattr(UploadFileWriter, "write", write)
    return seen
