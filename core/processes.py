"""Processes of this place: which machine and process namespace it is, and whether a process lives."""

from __future__ import annotations

import socket
from pathlib import Path


def find_place() -> str:
    """This machine and process namespace: containers on one host share its name, but not their processes."""
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # no /proc: one namespace
        namespace = 0
    return f"{socket.gethostname()}:{namespace}"


def is_alive(process: str) -> bool:
    """Whether a process of this place lives; a dead one that nobody waited for (its parent died too) does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
