"""The Celery app, for web server and workers alike, and `wake`: the nudge that makes a worker look.

A message says only "look at this queue"; the job itself is a row in the database. So a lost, doubled or late message
does no harm, and sending one never holds up a request: a thread does it, and where Redis is away the sweeper
sends it later. This module loads no task code.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import cache
from typing import Any

from celery import Celery
from redis import Redis
from redis.exceptions import RedisError

import config

log = logging.getLogger(__name__)

QUEUES = ("gpu", "cpu")
TASK = "work"


def broker_url(redis_url: str) -> str:
    """The address of Redis as Celery writes it: a Unix socket has a scheme of its own."""
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        number = query.removeprefix("db=") or "0"
        return f"redis+socket://{path}?virtual_host={number}"
    return redis_url


def make_celery() -> Celery:
    """The Celery app; `workers.tasks` is loaded by workers and beat only."""
    app = Celery("realrecap", include=["workers.tasks"])
    app.conf.update(
        broker_url=broker_url(config.load().redis),
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=False,  # a message is not a job: it may be lost, a lease may not
        worker_disable_prefetch=True,  # a busy worker must not sit on nudges that an idle one could follow
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_pool="prefork",  # solo and threads cannot be cancelled
        task_create_missing_queues=False,
        task_queues={name: {"exchange": name, "routing_key": name} for name in QUEUES},
        task_default_queue="cpu",
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"socket_connect_timeout": 1, "socket_timeout": 2},
        timezone="UTC",
    )
    return app


celery = make_celery()


class Waker:
    """Sends nudges from one thread a process, started when the first is asked for (so after any fork)."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._asked: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sending = False
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        # the thread stays behind in the parent, and the lock may have been taken at the fork
        self._changed, self._thread = threading.Condition(), None
        self._asked.clear()
        self._sending = False

    def wake(self, queue: str) -> None:
        """Ask for a nudge; returns at once."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()
            self._asked.add(queue)
            self._changed.notify_all()

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until what was asked for has been tried; False where it took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._asked and not self._sending, timeout_seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._asked))
                queue = self._asked.pop()
                self._sending = True
            try:
                self._app.send_task(TASK, args=[queue], queue=queue, retry=False)
            except Exception as error:  # whatever the broker client raises: the sweeper sends the nudge later
                log.warning("no nudge for queue %s: %s", queue, error)
            finally:
                with self._changed:
                    self._sending = False
                    self._changed.notify_all()


waker = Waker(celery)


def wake(queue: str) -> None:
    """Make a worker of the queue look for a job; never waits and never fails."""
    waker.wake(queue)


@cache
def _redis(_process: int, url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)


def redis_client() -> Redis:
    """A client of the queue's Redis, one a process."""
    return _redis(os.getpid(), config.load().redis)


def nudges(queue: str) -> int | None:
    """How many nudges lie in Redis for a queue; None where Redis does not answer."""
    try:
        length: Any = redis_client().llen(queue)
        return int(length)
    except RedisError:
        return None
