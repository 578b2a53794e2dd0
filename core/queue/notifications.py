"""The Celery app, for web server and workers alike, and `wake`: the notification that makes a worker look.

A message says only "look at this queue"; the job itself is a row in the database. So a lost, doubled or late message
does no harm, and sending one never holds up a request: a thread does it, and where Redis is away the sweeper
sends it later. This module loads no task code.
"""

from __future__ import annotations

import logging
import os
import threading

from celery import Celery

from core.queue.celery_app import TASK, celery

log = logging.getLogger(__name__)


class Notifier:
    """Sends notifications from one thread a process, started when the first is asked for (so after any fork)."""

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
        """Ask for a notification; returns at once."""
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
            except Exception as error:  # whatever the broker client raises: the sweeper sends the notification later
                log.warning("no notification for queue %s: %s", queue, error)
            finally:
                with self._changed:
                    self._sending = False
                    self._changed.notify_all()


notifier = Notifier(celery)


def notify(queue: str) -> None:
    """Make a worker of the queue look for a job; never waits and never fails."""
    notifier.wake(queue)
