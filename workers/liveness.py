"""Which processes hold jobs: a dead one's job is freed at once, not when its lease runs out."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

from core.clock import utc_now
from core.jobs import recovery

log = logging.getLogger(__name__)

VMSTAT = Path("/proc/vmstat")
#: The system's count of processes ended for lack of memory, as last seen.
_seen_kills = 0


def own_id() -> str:
    """Where a job runs: machine, process namespace (containers on one host share its name) and process."""
    return f"{_namespace()}:{os.getpid()}"


def _namespace() -> str:
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # no /proc: one namespace
        namespace = 0
    return f"{socket.gethostname()}:{namespace}"


def release_orphaned_jobs() -> int:
    """Free the jobs held by processes of this place that are gone; returns how many."""
    out_of_memory = count_memory_kills() > _seen_kills
    note_memory_kills()
    freed = 0
    for worker_id in recovery.running_workers():
        place, _, process = worker_id.rpartition(":")
        if place == _namespace() and not _is_alive(process):
            freed += recovery.lose(worker_id, utc_now(), out_of_memory=out_of_memory)
    if freed:
        log.warning("%d jobs of dead processes freed%s", freed, "; memory had run out" if out_of_memory else "")
    return freed


def _is_alive(process: str) -> bool:
    """Whether a process is there; a dead one that nobody waited for (its parent died too) is not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def note_memory_kills() -> None:
    """Remember the system's count, so that only later kills are taken for ours."""
    global _seen_kills
    _seen_kills = count_memory_kills()


def count_memory_kills() -> int:
    """How many processes Linux has ended for lack of memory (`oom_kill` of /proc/vmstat); 0 where it does not tell."""
    try:
        lines = VMSTAT.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
