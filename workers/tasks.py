"""The one task: look at a queue, claim the next job, run its step."""

from __future__ import annotations

import logging
import mmap
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from billiard import active_children
from billiard.exceptions import WorkerLostError
from celery import signals
from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu_check, log_format, model_trials
from core.clock import utc_now
from core.database.schema import find_problem
from core.jobs import claims, pausing, recovery
from core.jobs.queues import QUEUES
from core.queue.celery_app import celery
from core.queue.notifications import notify
from workers import liveness, sweeper
from workers.fork_lock import no_fork
from workers.model_installer import installer

log = logging.getLogger(__name__)

#: A worker that was asked to leave is gone after this long, whatever holds it up; supervisors wait for 10 s.
SHUTDOWN_SECONDS = 8.0
#: One byte shared with the children: a SIGTERM reaches the parent only.
stop = mmap.mmap(-1, 1)


@celery.task(name="work")
def work(queue: str) -> None:
    """Claim the next job of a queue and run its step, or else the next trial of a model, if there is one."""
    if stop[0]:
        return
    settings = config.load()
    try:
        recovery.sweep(utc_now())
        claim = claims.claim(queue, liveness.own_id(), utc_now(), settings.lease_seconds)
        if claim is None:
            from workers import trial_runner

            if trial_runner.run_next(queue, settings, stop):
                notify(queue)  # for what came meanwhile
            return
        if pausing.count_waiting(queue):
            notify(queue)  # passed on before the work: another worker may be idle
        from workers import step_runner

        step_runner.run(claim, settings, stop)
        if pausing.count_waiting(queue) or model_trials.is_waiting(queue, utc_now()):
            notify(queue)
    except SQLAlchemyError as error:  # the sweeper notifies again once the database is back
        log.warning("the database does not answer: %s", type(error).__name__)


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    log_format.set_up_logging("worker")


@signals.celeryd_init.connect
def _check_database(**_: Any) -> None:
    try:
        with no_fork():
            problem = find_problem(utc_now())
    except SQLAlchemyError as error:
        sys.exit(f"The database does not answer ({type(error).__name__}). Check DATABASE_URL and that it runs.")
    if problem:
        sys.exit(problem)


@signals.celeryd_init.connect
def _check_gpu(options: Mapping[str, Any], **_: Any) -> None:
    """A GPU that is there but cannot be used stops the worker: on the CPU it would be slow for weeks unnoticed."""
    queues = options.get("queues") or QUEUES
    problem = gpu_check.find_problem(config.load()) if "gpu" in queues else None
    if problem and gpu_check.stops_work(problem):
        sys.exit(f"{problem.state[0].upper()}{problem.state[1:]}. {problem.fix}")


@signals.worker_ready.connect
def _start_worker(sender: Any, **_: Any) -> None:
    queues = [queue.name for queue in sender.task_consumer.queues]
    sweeper.start_reporting(queues)
    try:
        with no_fork():
            liveness.release_orphaned_jobs()
            recovery.sweep(utc_now())
    except SQLAlchemyError as error:
        log.warning("the database does not answer: %s", type(error).__name__)
    for queue in queues:
        notify(queue)


@signals.task_failure.connect
def _free_job_of_dead_child(exception: BaseException | None = None, **_: Any) -> None:
    if isinstance(exception, WorkerLostError):
        try:
            with no_fork():
                freed = liveness.release_orphaned_jobs()
        except SQLAlchemyError as error:  # the lease will run out
            log.warning("the database does not answer: %s", type(error).__name__)
            return
        if freed:
            for queue in QUEUES:  # now, since beat may be dead
                notify(queue)


@signals.worker_shutting_down.connect
def _stop_children(**_: Any) -> None:
    stop[0] = 1
    installer.leave()
    threading.Thread(target=_exit_in_time, name="shutdown", daemon=True).start()


def _exit_in_time() -> None:
    """End the worker where Celery does not: with Redis away it may look for it for ever.

    By then the child has given its job back (see `job_monitor.GRACE_SECONDS`).
    """
    threading.Event().wait(SHUTDOWN_SECONDS)
    log.warning("no end within %.0f s of being asked to leave: the worker ends itself", SHUTDOWN_SECONDS)
    for pid in filter(None, (child.pid for child in active_children())):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(0)


@signals.beat_init.connect
def _start_sweeper(**_: Any) -> None:
    log_format.set_up_logging("beat")
    sweeper.start_sweeping(QUEUES)
