"""Which processes hold jobs: a dead one's job is freed at once, not when its lease runs out."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

from core.clock import utc_now
from core.jobs import recovery
from core.jobs.recovery import Loss

log = logging.getLogger(__name__)

VMSTAT = Path("/proc/vmstat")
#: The system's count of processes ended for lack of memory, as last seen.
_seen_kills = 0


def own_id() -> str:
    """Where a job runs: machine, process namespace (containers on one host share its name), worker and process.

    The worker is the process' parent.
    """
    return f"{_namespace()}:{os.getppid()}:{os.getpid()}"


def _namespace() -> str:
    try:
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # no /proc: one namespace
        namespace = 0
    return f"{socket.gethostname()}:{namespace}"


def release_orphaned_jobs() -> int:
    """Free the jobs held by dead processes of this worker, or of dead workers of this place; returns how many."""
    of_own = Loss.OUT_OF_MEMORY if count_memory_kills() > _seen_kills else Loss.PROCESS_DIED
    note_memory_kills()
    freed = 0
    for holder in recovery.running_workers():
        place, _, processes = holder.partition(f"{_namespace()}:")
        parent, _, process = processes.partition(":")
        if place or not process or _is_alive(process):
            continue
        if parent == str(os.getpid()):
            freed += recovery.lose(holder, utc_now(), of_own)
        elif not _is_alive(parent):
            freed += recovery.lose(holder, utc_now(), Loss.INTERRUPTED)
    if freed:
        memory = "; memory had run out" if of_own is Loss.OUT_OF_MEMORY else ""
        log.warning("%d jobs of dead processes freed%s", freed, memory)
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
