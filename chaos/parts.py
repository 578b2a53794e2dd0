"""One process of a rig: started, killed, frozen and asked to leave as a person or the system would."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from chaos.nursery import Fledgling, Nursery
from config import ROOT
from launcher.parent_death import die_with_parent


class Part:
    """A process that leads a group of its own; what it prints goes to a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        nursery: Nursery | None = None,
    ) -> None:
        self.name, self.command, self.environment, self.log = name, list(command), dict(environment), log
        self._nursery = nursery
        self._process: subprocess.Popen[bytes] | Fledgling | None = None
        self._groups: list[int] = []

    @property
    def pid(self) -> int:
        """The process number of the last start."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def started(self) -> bool:
        """Whether it was ever started."""
        return self._process is not None

    @property
    def lives(self) -> bool:
        """Whether the process runs (or is frozen)."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process; it dies with the one that starts it."""
        if self._nursery:
            self._process = self._nursery.start(self.command, self.environment, self.log)
        else:
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=partial(die_with_parent, os.getpid()),
                )  # fmt: skip
        self._groups.append(self._process.pid)

    def signal(self, number: int) -> None:
        """Send a signal to the process alone; nothing happens where it is gone."""
        if self.lives:
            os.kill(self.pid, number)

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Wait for the end; the exit status. Raises subprocess.TimeoutExpired."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        self.signal_group(signal.SIGKILL)
        self.wait(10)

    def sweep_up(self) -> None:
        """End whatever is left of every start."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)

    @property
    def children(self) -> list[int]:
        """The processes that it started and that live."""
        try:
            text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in text.split()]

    def read_log(self) -> str:
        """What it printed in all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
