"""Starts the fake RealRecap and inspects its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from support.helpers import wait_until

ROOT = Path(__file__).resolve().parents[2]
Child = dict[str, Any]


def child(name: str, *behaviour: str, **options: Any) -> Child:
    """A fake child for `Running.start`."""
    return {"name": name, "behaviour": list(behaviour), **options}


def is_alive(pid: int) -> bool:
    """Whether the process is running; a zombie is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Running:
    """A fake RealRecap in its own session, with its output in a file."""

    def __init__(self, data_dir: Path, **plan: list[Child]) -> None:
        self.data_dir = data_dir
        self._screen = data_dir / "screen"
        with open(self._screen, "w") as screen:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("fake_realrecap.py")), str(data_dir), json.dumps(plan)],
                stdout=screen,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                start_new_session=True,
                preexec_fn=partial(signal.signal, signal.SIGHUP, signal.SIG_DFL),  # nohup around the tests ignores it
            )

    @property
    def screen(self) -> str:
        """What was printed so far."""
        return self._screen.read_text()

    def events(self, what: str = "") -> list[str]:
        """The events that the fake children recorded so far, as "name what"; only those containing `what`."""
        try:
            lines = (self.data_dir / "events").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [line.rpartition(" ")[0] for line in lines if what in line]

    def pids(self, what: str = "started") -> list[int]:
        """The processes that recorded `what`, in order."""
        lines = (self.data_dir / "events").read_text().splitlines()
        return [int(line.split()[2]) for line in lines if line.split()[1] == what]

    def wait_for_event(self, what: str, times: int = 1) -> None:
        """Wait until `what` was recorded `times` times."""
        wait_until(lambda: len(self.events(what)) >= times, 20)

    def wait_for_text(self, text: str) -> None:
        """Wait until `text` was printed."""
        wait_until(lambda: text in self.screen, 20)

    def ended(self) -> int:
        """Wait for the end; returns the exit status."""
        return self.process.wait(30)


@contextmanager
def starter(data_dir: Path) -> Iterator[Callable[..., Running]]:
    """Starts fake RealRecaps; fails if any of their processes survives."""
    started: list[Running] = []

    def start(**plan: list[Child]) -> Running:
        started.append(Running(data_dir, **plan))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
    if (data_dir / "events").exists():
        pids = started[0].pids() + started[0].pids("offspring")
        wait_until(lambda: not any(map(is_alive, pids)))
