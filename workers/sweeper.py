"""Threads beside the work: one in beat that rescues stale jobs and wakes workers, one in each worker that reports and,
less often, does the same."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Worker
from core.jobs import pausing, recovery
from core.log_format import describe
from core.queue.notifications import notify
from core.queue.redis_client import count_notifications
from core.storage import removal, retention
from core.uploads import resumable
from workers import liveness
from workers.engine_cache import EngineCache
from workers.fork_lock import no_fork
from workers.language_models import Listing

log = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
REPORT_SECONDS = 15.0
TIDY_SECONDS = 600.0


def start_sweeping(queues: Sequence[str]) -> None:
    """Sweep every few seconds, from a thread: a task would wait behind the job it should rescue."""
    _start("sweeper", SWEEP_SECONDS, partial(sweep, queues))
    _start("tidier", TIDY_SECONDS, tidy)


def sweep(queues: Sequence[str]) -> None:
    """Free stale jobs, and nudge each queue where jobs wait but no nudge lies in Redis."""
    freed = recovery.sweep(utc_now())
    if freed:
        log.warning("%d stale jobs freed", freed)
    for queue in queues:
        if pausing.count_waiting(queue) and count_notifications(queue) == 0:
            notify(queue)


def tidy() -> None:
    """Remove files that nothing refers to, and workers that are gone."""
    ended = resumable.sweep(utc_now())
    if ended:
        log.info("%d unfinished uploads ended", ended)
    gone = removal.sweep_files(utc_now())
    if gone:
        log.info("%d leftover files removed", gone)
    settings = config.load()
    pruned, freed = retention.prune(utc_now(), settings.stage_max_bytes, settings.stage_max_days * 86400)
    if pruned:
        log.info("%d stored results removed, %.0f MB", pruned, freed / 1e6)
    with write() as session:
        session.execute(delete(Worker).where(Worker.seen_at < utc_now() - timedelta(days=1)))


def start_reporting(queues: Sequence[str]) -> None:
    """Say every few seconds that this worker lives and what it works with, and sweep: beat may be dead."""
    liveness.note_memory_kills()
    settings = config.load()
    device = gpu.describe(settings, gpu.find_gpu(settings))
    models = EngineCache(settings).names if "gpu" in queues else {}
    listing = Listing(settings.ollama_host, settings.ollama_model)
    log.info("serves %s; %s; %s", ", ".join(queues), device, models)

    def look() -> None:
        told = {**models, "ollama": listing.tell()} if "gpu" in queues else {}
        report(",".join(queues), device, told)
        with no_fork():
            sweep(queues)

    _start("reporter", REPORT_SECONDS, look)


def report(queues: str, device: str, models: dict[str, object]) -> None:
    """Write the worker's row."""
    id = f"{socket.gethostname()}:{os.getpid()}:{queues}"
    with no_fork(), write() as session:
        session.merge(Worker(id=id, queues=queues, device=device, models=models, seen_at=utc_now()))


def _start(name: str, seconds: float, action: Callable[[], None]) -> None:
    ended = threading.Event()

    def loop() -> None:
        while True:
            try:
                action()
            except (SQLAlchemyError, OSError) as error:
                log.warning("%s: %s; tried again in %.0f s", name, type(error).__name__, seconds)
            except Exception as error:  # a fault in one round must not end all that come
                log.error("%s failed; tried again in %.0f s\n%s", name, seconds, describe(error))
            ended.wait(seconds)

    threading.Thread(target=loop, name=name, daemon=True).start()
