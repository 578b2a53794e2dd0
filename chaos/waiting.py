"""Waiting for a condition, and small operations on processes and ports."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.02


def wait_until(
    condition: Callable[[], object], seconds: float, what: str = "", explain: Callable[[], str] = lambda: ""
) -> float:
    """Poll until a condition holds and return the seconds it took.

    Raises TimeoutError with `what` was expected and the text of `explain`.
    """
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"timed out after {seconds} s waiting for: {what}\n{explain()}")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def is_alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def send_signal(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to one process; does nothing if it is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def free_port() -> int:
    """A free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts_connections(port: int) -> bool:
    """Whether a server listens on a port of the loopback interface."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
