"""Starts Celery processes by a fork from one that has torch, pyannote and the like loaded: a second instead of ten.

The nursery reads one request a line, `{"command", "environment", "log"}` or `{"ended": pid}`, and answers with a line:
the new process' number, or its exit status, null while it lives.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from config import ROOT
from launcher.parent_death import die_with_parent


class Nursery:
    """The nursery as its owner sees it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chaos.nursery"], cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )  # fmt: skip

    def _ask(self, **request: object) -> Any:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        assert self._process.stdout is not None  # noqa: S101
        with self._turn:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Fledgling:
        """Start `python -m celery ...` in a session of its own."""
        return Fledgling(self, self._ask(command=list(command), environment=dict(environment), log=str(log)))

    def exit_status(self, pid: int) -> int | None:
        """The exit status of a process, None while it lives."""
        status: int | None = self._ask(ended=pid)
        return status

    def close(self) -> None:
        """End the nursery, and with it whatever it started."""
        self._process.kill()
        self._process.communicate()


class Fledgling:
    """A process of the nursery, asked as a `subprocess.Popen` is."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, None while it lives."""
        if self.returncode is None:
            self.returncode = self._nursery.exit_status(self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait for the end; the exit status. Raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.02)
        return status


def _serve() -> None:
    for module in ("celery.bin.celery", "flask", "sqlalchemy.orm", "faster_whisper", "pyannote.audio"):
        import_module(module)
    ended: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "ended" in request:
            pid = request["ended"]
            if pid not in ended and (found := os.waitpid(pid, os.WNOHANG))[0]:
                ended[pid] = os.waitstatus_to_exitcode(found[1])
            print(json.dumps(ended.get(pid)), flush=True)
            continue
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            _become(request, parent)
        print(json.dumps(pid), flush=True)


def _become(request: dict[str, Any], parent: int) -> None:
    """Turn this fork into the command."""
    os.setsid()
    die_with_parent(parent)
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["celery", *request["command"][3:]]  # without `python -m celery`
    from celery.__main__ import main

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
