"""One process of a testbed that can be started, signalled and killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from chaos.fork_server import ForkedProcess, ForkServer
from config import ROOT
from launcher.parent_death import die_with_parent


class ManagedProcess:
    """A process that leads its own process group; its output goes to a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        fork_server: ForkServer | None = None,
    ) -> None:
        self.name, self.command, self.environment, self.log = name, list(command), dict(environment), log
        self._fork_server = fork_server
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self._groups: list[int] = []

    @property
    def pid(self) -> int:
        """The process id of the last start. Raises RuntimeError if it was never started."""
        return self._last_started().pid

    @property
    def was_started(self) -> bool:
        """Whether it was ever started."""
        return self._process is not None

    @property
    def is_alive(self) -> bool:
        """Whether the process is running or frozen."""
        return self._process is not None and self._process.poll() is None

    def _last_started(self) -> subprocess.Popen[bytes] | ForkedProcess:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process

    def start(self) -> None:
        """Start the process; it dies with the process that starts it."""
        if self._fork_server:
            self._process = self._fork_server.start(self.command, self.environment, self.log)
        else:
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - the testbed's own commands
                    self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=partial(die_with_parent, os.getpid()),
                )  # fmt: skip
        self._groups.append(self._process.pid)

    def signal(self, number: int) -> None:
        """Send a signal to the process alone; does nothing if it is gone."""
        if self.is_alive:
            os.kill(self.pid, number)

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and everything it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Wait for the process to end and return its exit status. Raises subprocess.TimeoutExpired."""
        return self._last_started().wait(seconds)

    def kill(self) -> None:
        """Kill the process and everything it started."""
        self.signal_group(signal.SIGKILL)
        self.wait(10)

    def kill_all(self) -> None:
        """Kill whatever is left of this and all earlier starts."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)

    @property
    def children(self) -> list[int]:
        """Process ids of its live children."""
        try:
            text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in text.split()]

    def read_log(self) -> str:
        """The output of all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
