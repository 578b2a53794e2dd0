"""Threads beside the work: one in beat that rescues stale jobs and wakes workers, one in each worker that reports and,
less often, does the same."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu, gpu_check, model_trials, worker_register
from core.accounts import sessions
from core.clock import utc_now
from core.database.sessions import forget_deleted
from core.jobs import pausing, recovery
from core.log_format import trace_of
from core.problems import Problem
from core.queue.notifications import notify
from core.queue.redis_client import count_notifications
from core.recordings import indexing
from core.retention import deletion, pruning
from core.search import forgetting
from core.uploads import resumable
from core.worker_register import BEAT, WorkerModels
from workers import heartbeat, liveness
from workers.engine_cache import EngineCache
from workers.fork_lock import no_fork
from workers.language_models import LanguageModelLister
from workers.model_installer import installer

log = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
REPORT_SECONDS = 15.0
CLEAN_UP_SECONDS = 600.0
#: How often a GPU worker looks whether the site asks for a model.
INSTALL_SECONDS = 2.0


def start_sweeping(queues: Sequence[str]) -> None:
    """Sweep every few seconds, from a thread: a task would wait behind the job it should rescue."""
    _start("sweeper", SWEEP_SECONDS, partial(sweep, queues), with_heartbeat=True)
    _start("cleaner", CLEAN_UP_SECONDS, clean_up)
    started = utc_now()
    _start("reporter", REPORT_SECONDS, lambda: worker_register.report_beat(_own_id((BEAT,)), utc_now(), started))


def sweep(queues: Sequence[str]) -> None:
    """Free stale jobs, and notify each queue where jobs or trials wait but no notification lies in Redis."""
    freed = recovery.sweep(utc_now())
    if freed:
        log.warning("%d stale jobs freed", freed)
    for queue in queues:
        is_waiting = pausing.count_waiting(queue) or model_trials.is_waiting(queue, utc_now())
        if is_waiting and count_notifications(queue) == 0:
            notify(queue)


def clean_up() -> None:
    """Remove files that nothing refers to, sessions that have expired, and workers that are gone."""
    ended = resumable.sweep(utc_now())
    if ended:
        log.info("%d unfinished uploads ended", ended)
    gone = deletion.sweep_files(utc_now())
    if gone:
        log.info("%d leftover files removed", gone)
    settings = config.load()
    pruned, freed = pruning.prune(utc_now(), settings.stage_max_bytes, settings.stage_max_days * 86400)
    if pruned:
        log.info("%d stored results removed, %.0f MB", pruned, freed / 1e6)
    sessions.remove_expired(utc_now())
    worker_register.forget_dead_workers(utc_now())
    while indexed := indexing.index_missing():
        log.info("%d recordings indexed for the search", indexed)
    while not forgetting.forget_deleted():
        pass  # a part at a time, so that others can write in between
    forget_deleted()


def start_reporting(queues: Sequence[str]) -> None:
    """Say every few seconds that this worker lives and what it works with, and sweep: beat may be dead."""
    liveness.note_memory_kills()
    settings, started = config.load(), utc_now()
    device = gpu.describe(settings, gpu.find_gpu(settings))
    engines = EngineCache(settings) if "gpu" in queues else None
    problem = gpu_check.find_driver_problem(settings) if engines else None

    def describe() -> WorkerModels:
        return engines.describe() if engines else WorkerModels()  # again each time: models may have been installed

    asks_ollama = bool({"gpu", "llm"} & set(queues))
    lister = LanguageModelLister(settings.ollama_host, settings.ollama_model)
    models = worker_register.describe(describe())
    log.info("serves %s on %s", ", ".join(queues), "; ".join(filter(None, (device, models))))
    if problem:
        log.error("%s, so the CPU is used. %s", problem.state, problem.fix)

    def report_and_sweep() -> None:
        report(queues, device, lister.add_to(describe()) if asks_ollama else describe(), started, problem)
        with no_fork():
            sweep(queues)

    def install() -> None:
        while installer.install_next():
            report_and_sweep()  # at once, so that the page shows what is installed

    _start("reporter", REPORT_SECONDS, report_and_sweep, with_heartbeat=True)
    if engines:
        _start("installer", INSTALL_SECONDS, install)


def report(
    queues: Sequence[str],
    device: str,
    models: WorkerModels,
    since: datetime | None = None,
    gpu_problem: Problem | None = None,
) -> None:
    """Say that this worker is alive."""
    with no_fork():
        worker_register.report(_own_id(queues), tuple(queues), device, models, utc_now(), since, gpu_problem)


def _own_id(queues: Sequence[str]) -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{','.join(queues)}"


def _start(name: str, seconds: float, action: Callable[[], None], *, with_heartbeat: bool = False) -> None:
    ended = threading.Event()

    def loop() -> None:
        while True:
            try:
                action()
            except (SQLAlchemyError, OSError) as error:
                log.warning("%s: %s; tried again in %.0f s", name, type(error).__name__, seconds)
            except Exception as error:  # a fault in one round must not end all that come
                log.error("%s failed; tried again in %.0f s", name, seconds, extra=trace_of(error))
            if with_heartbeat:  # also after a failed round: a restart would not bring the database back
                heartbeat.beat()
            ended.wait(seconds)

    threading.Thread(target=loop, name=name, daemon=True).start()
