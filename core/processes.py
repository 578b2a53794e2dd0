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


def identify(pid: int) -> str:
    """A process by number and start: a restarted container has the same numbers again, and often the same namespace."""
    status = _read_status(str(pid))
    return f"{pid}.{status[_START]}" if status else str(pid)


def is_alive(process: str) -> bool:
    """Whether a process of this place lives; a dead one that nobody waited for (its parent died too) does not.

    It is given as `identify` names it, or by its number alone.
    """
    pid, _, start = process.partition(".")
    status = _read_status(pid)
    return bool(status) and status[_STATE] not in ("Z", "X") and start in ("", status[_START])


#: Fields of /proc/*/stat after the name.
_STATE, _START = 0, 19


def _read_status(pid: str) -> list[str]:
    """What the kernel tells of a process; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
