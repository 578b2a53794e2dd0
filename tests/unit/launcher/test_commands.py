"""`make status` and `make stop`, beside a running RealRecap of fake children."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.helpers import wait_until
from support.running_launcher import Running, child, is_alive, starter

import config
from launcher import commands, run_state, services
from launcher.errors import StartError

Start = Callable[..., Running]


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    data_dir.mkdir()
    with starter(data_dir) as start:
        yield start


def test_status_shows_processes_address_and_start_times(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    running = start(services=[child("web"), child("gpu")])
    running.wait_for_text("READY")
    running.wait_for_event("started", times=2)
    os.kill(running.pids()[running.events("started").index("gpu started")], 9)
    running.wait_for_event("gpu started", times=2)
    wait_until(lambda: _state(running).children["gpu"].starts == 2)

    assert commands.status() == 0

    told = capsys.readouterr().out
    assert f"RealRecap is running on {running.data_dir} (process {running.process.pid}), since 20" in told
    assert "Address: http://127.0.0.1:1" in told
    assert f"web    process {_state(running).children['web'].pid}, since 20" in told
    assert "restarted 1 times" in told


def _state(running: Running) -> run_state.RunState:
    return run_state.RunState.load(running.data_dir) or run_state.RunState()


def test_stop_ends_everything_and_waits_for_the_end(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    running = start(services=[child("web")])
    running.wait_for_event("started")

    assert commands.stop() == 0

    assert running.ended() == 0
    assert not any(map(is_alive, running.pids()))
    assert capsys.readouterr().out == "Stopped.\n"
    assert commands.status() == commands.NOT_RUNNING


def test_a_stop_that_takes_too_long_is_reported(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    running = start(services=[child("web", "stubborn", stop_seconds=600)])
    running.wait_for_event("started")
    monkeypatch.setattr(commands, "STOP_SECONDS", 0.1)

    with pytest.raises(StartError, match=f"Process {running.process.pid} is still stopping"):
        commands.stop()


def test_stop_and_status_report_that_nothing_is_running(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.stop() == 0
    assert commands.status() == commands.NOT_RUNNING
    assert capsys.readouterr().out == f"RealRecap is not running on {data_dir}.\n" * 2


def test_the_lock_of_a_killed_launcher_is_ignored(start: Start) -> None:
    running = start(services=[child("web")])
    running.wait_for_event("started")
    running.process.kill()
    running.process.wait()

    assert commands.status() == commands.NOT_RUNNING


def test_logs_before_the_first_start_are_reported_missing(data_dir: Path) -> None:
    with pytest.raises(StartError, match="There are no logs"):
        commands.logs()


def test_the_secret_key_is_created_once_and_private_to_the_owner(data_dir: Path) -> None:
    data_dir.mkdir()
    services.keep_secret_key(config.load())
    key = config.load().secret

    services.keep_secret_key(config.load())

    assert key
    assert len(key) >= 32
    assert config.load().secret == key
    assert stat.S_IMODE((data_dir / "secret-key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "http://127.0.0.1:5000"),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "http://127.0.0.1:80"),  # noqa: S104
        ({"HOST": "::1"}, "http://[::1]:5000"),
        ({"PUBLIC_URL": "https://recap.example.org"}, "https://recap.example.org"),
        ({"PUBLIC_URL": "https://example.org/recap/"}, "https://example.org/recap"),
        ({"PUBLIC_URL": "https://example.org", "SCRIPT_NAME": "/recap"}, "https://example.org/recap"),
        ({"SCRIPT_NAME": "/recap"}, "http://127.0.0.1:5000/recap"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(
    data_dir: Path, settings_of: Callable[..., config.Settings], values: dict[str, str], address: str
) -> None:
    assert services.address(settings_of(**values)) == address


def test_the_first_login_is_shown_and_a_later_start_shows_none(data_dir: Path) -> None:
    answer = ["a warning", json.dumps({"email": "admin@localhost", "password": "abc"})]

    told = services.announcement(config.load(), answer, ready=True)

    assert "admin@localhost" in told
    assert "abc" in told
    assert "http://127.0.0.1:5000" in told
    assert str(data_dir) in told
    assert "assword" not in services.announcement(config.load(), [], ready=True)
    assert services.announcement(config.load(), [], ready=False) == ""
