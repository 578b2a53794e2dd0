"""The health check of the web server's container, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from support.gunicorn_server import GunicornServer
from support.helpers import ROOT

import config


def check() -> int:
    return subprocess.run([sys.executable, "-m", "launcher.web_check"], cwd=ROOT, timeout=30).returncode


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - what the setting may be
def test_the_check_succeeds_as_long_as_the_server_answers(
    host: str, sqlite: str, settings_of: Callable[..., config.Settings]
) -> None:
    with GunicornServer() as server:
        settings_of(PORT=server.port, HOST=host)
        assert check() == 0
    assert check() == 1


def test_the_check_loads_neither_the_app_nor_celery() -> None:
    code = "import sys, launcher.web_check; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"flask", "celery", "sqlalchemy"} & set(done.stdout.split())
