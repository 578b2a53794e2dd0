"""Which processes hold jobs: a dead one's job is freed at once, not when its lease runs out."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from core import processes
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
    return f"{processes.find_place()}:{processes.identify(os.getppid())}:{processes.identify(os.getpid())}"


def release_orphaned_jobs() -> int:
    """Free the jobs held by dead processes of this worker, or of dead workers of this place; returns how many."""
    of_own = Loss.OUT_OF_MEMORY if count_memory_kills() > _seen_kills else Loss.PROCESS_DIED
    note_memory_kills()
    freed, own = 0, processes.identify(os.getpid())
    for holder in recovery.running_workers():
        place, _, pids = holder.partition(f"{processes.find_place()}:")
        parent, _, process = pids.partition(":")
        if place or not process or processes.is_alive(process):
            continue
        if parent == own:
            freed += recovery.lose(holder, utc_now(), of_own)
        elif not processes.is_alive(parent):
            freed += recovery.lose(holder, utc_now(), Loss.INTERRUPTED)
    if freed:
        memory = "; memory had run out" if of_own is Loss.OUT_OF_MEMORY else ""
        log.warning("%d jobs of dead processes freed%s", freed, memory)
    return freed


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
