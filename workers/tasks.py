"""The one task: look at a queue, claim the next job, run its step."""

from __future__ import annotations

import mmap
import os
import socket
from typing import Any

from celery import signals

import config
from library import jobs, logs
from library.models import utc_now
from library.queue import QUEUES, celery, wake
from workers import sweeper

#: One byte shared with the children: a SIGTERM reaches the parent only.
stop = mmap.mmap(-1, 1)


@celery.task(name="work")
def work(queue: str) -> None:
    """Claim the next job of a queue and run its step; nothing happens where none waits."""
    jobs.sweep(utc_now())
    settings = config.load()
    held = jobs.claim(queue, worker_id(), utc_now(), settings.lease_seconds)
    if held is None:
        return
    if jobs.count_waiting(queue):
        wake(queue)  # passed on before the work: another worker may be idle
    from workers import runner

    runner.run(held, settings, stop)
    if jobs.count_waiting(queue):
        wake(queue)


def worker_id() -> str:
    """Where a job runs: machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    logs.set_up("worker")


@signals.worker_ready.connect
def _announce(sender: Any, **_: Any) -> None:
    queues = [queue.name for queue in sender.task_consumer.queues]
    sweeper.start_reporting(queues)
    jobs.sweep(utc_now())
    for queue in queues:
        wake(queue)


@signals.worker_shutting_down.connect
def _stop_children(**_: Any) -> None:
    stop[0] = 1


@signals.beat_init.connect
def _start_sweeper(**_: Any) -> None:
    logs.set_up("beat")
    sweeper.start_sweeping(QUEUES)
