"""Starts Celery processes by forking one that has torch, pyannote and the like loaded: one second instead of ten.

The server reads one JSON request per line, `{"command", "environment", "log"}` or `{"exit_status_of": pid}`. It answers
each with one line: the new process id, or the exit status (null while the process runs).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from config import ROOT
from launcher.parent_death import die_with_parent

#: What a worker imports; loading these takes most of its start.
PRELOADED = ("celery.bin.celery", "flask", "sqlalchemy.orm", "faster_whisper", "pyannote.audio")
POLL_SECONDS = 0.02


class ForkServer:
    """Client and owner of one fork server process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chaos.fork_server"], cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )  # fmt: skip

    def _request(self, **request: object) -> Any:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        assert self._process.stdout is not None  # noqa: S101
        with self._lock:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
        """Start `python -m celery ...` in a new session."""
        return ForkedProcess(self, self._request(command=list(command), environment=dict(environment), log=str(log)))

    def exit_status(self, pid: int) -> int | None:
        """The exit status of a process, None while it runs."""
        status: int | None = self._request(exit_status_of=pid)
        return status

    def close(self) -> None:
        """End the server and every process it started."""
        self._process.kill()
        self._process.communicate()


class ForkedProcess:
    """A process started by the fork server, with the interface of `subprocess.Popen`."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server, self.pid = server, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, None while the process runs."""
        if self.returncode is None:
            self.returncode = self._server.exit_status(self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait for the process to end and return its exit status. Raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(POLL_SECONDS)
        return status


def _serve() -> None:
    with warnings.catch_warnings(action="ignore"):  # pyannote warns at length that torchcodec is missing
        for module in PRELOADED:
            import_module(module)
    exit_statuses: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "exit_status_of" in request:
            pid = request["exit_status_of"]
            if pid not in exit_statuses and (reaped := os.waitpid(pid, os.WNOHANG))[0]:
                exit_statuses[pid] = os.waitstatus_to_exitcode(reaped[1])
            print(json.dumps(exit_statuses.get(pid)), flush=True)
            continue
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            _run_celery(request, parent)
        print(json.dumps(pid), flush=True)


def _run_celery(request: dict[str, Any], parent: int) -> None:
    """Run the requested Celery command in this fork; never returns."""
    os.setsid()
    die_with_parent(parent)
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["celery", *request["command"][3:]]  # without `python -m celery`
    from celery.__main__ import main

    code = 0
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, flush=True)
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve()
