"""The whole of RealRecap, as `make run` starts it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.helpers import free_port, wait_until
from support.running_launcher import ROOT, is_alive

START_SECONDS = 120
Launch = Callable[[], "RealRecap"]


class RealRecap:
    """`run` of the launcher in a session of its own."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self._screen = data_dir.with_name("screen")
        environment = {**os.environ, "DATA_DIR": str(data_dir), "PORT": str(port), "OLLAMA_HOST": "127.0.0.1:9"}
        with open(self._screen, "w") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "import sys; from launcher import commands; sys.exit(commands.run())"],
                cwd=ROOT, env=environment, stdout=screen, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
        wait_until(lambda: "RealRecap is ready" in self.screen or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.screen

    @property
    def screen(self) -> str:
        return self._screen.read_text()

    def family(self) -> list[int]:
        """The launcher's children and theirs."""
        found = [self.process.pid]
        for parent in found:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(pid) for pid in (task / "children").read_text().split()]
        return found[1:]


@pytest.fixture
def place() -> Iterator[tuple[Path, int]]:
    with TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder) / "data", free_port()


@pytest.fixture
def launch(place: tuple[Path, int]) -> Iterator[Launch]:
    started: list[RealRecap] = []

    def start() -> RealRecap:
        started.append(RealRecap(*place))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def test_it_starts_shows_the_first_login_once_and_stops_cleanly(launch: Launch, place: tuple[Path, int]) -> None:
    data_dir, port = place
    first = launch()

    assert f"RealRecap is ready: http://127.0.0.1:{port}\n" in first.screen
    login = re.search(r"Log in as +(\S+)\n +One-time password +(\S{12,})\n", first.screen)
    assert login
    assert login[1] == "admin@localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    family = first.family()
    assert len(family) >= 7
    assert not any(login[2] in log.read_text() for log in (data_dir / "logs").iterdir())

    os.killpg(first.process.pid, signal.SIGINT)

    assert first.process.wait(60) == 0, first.screen
    assert "was killed" not in first.screen
    assert not any(map(is_alive, family))

    second = launch()
    assert "One-time password" not in second.screen
    family = second.family()
    second.process.kill()
    wait_until(lambda: not any(map(is_alive, family)), 20)
