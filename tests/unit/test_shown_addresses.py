"""Addresses on their way to other programs, and to logs."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from core.database import sessions
from core.log_format import LogFormatter
from core.queue.celery_app import broker_url
from launcher.output import Output


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?password=a%2Fb&db=1", "redis+socket://:a%2Fb@/run/redis.sock?virtual_host=1"),
        ("unix://:secret@/run/redis.sock?db=2", "redis+socket://:secret@/run/redis.sock?virtual_host=2"),
        ("rediss://:secret@host:6379/1?ssl_cert_reqs=none", "rediss://:secret@host:6379/1?ssl_cert_reqs=none"),
    ],
)
def test_celery_gets_password_and_number_of_a_socket(given: str, used: str) -> None:
    assert broker_url(given) == used


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_postgresql_is_reached_by_the_driver_that_is_installed(
    scheme: str, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(DATABASE_URL=f"{scheme}://u:p%40ss@127.0.0.1/db")
    assert sessions.database_url().render_as_string(False) == "postgresql+psycopg://u:p%40ss@127.0.0.1/db"


def test_the_folder_of_the_database_may_have_any_name(
    tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    folder = tmp_path / "what? 100% #1"
    settings_of(DATA_DIR=folder)
    with sessions.read() as session:
        session.connection()
    assert (folder / "realrecap.db").exists()
    sessions.engine().dispose()


def test_passwords_reach_no_log(tmp_path: Path) -> None:
    text = "cannot connect to redis://user:swordfish@127.0.0.1:6379/0"
    record = logging.LogRecord("x", logging.INFO, "", 0, text, None, None)
    for as_json in (False, True):
        assert "swordfish" not in LogFormatter("web", as_json).format(record)
    stream = io.StringIO()
    output = Output(tmp_path, stream)
    output.line("web", text)
    output.close()
    assert "user:***@127.0.0.1" in stream.getvalue()
    assert "swordfish" not in stream.getvalue() + (tmp_path / "web.log").read_text()
