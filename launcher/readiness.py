"""Ends once the web server and both workers answer; until then prints every minute what is still missing."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable
from functools import partial

import config
from core.jobs.queues import needed_queues
from core.queue.celery_app import celery
from launcher.web_check import web_answers

NOTICE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


def worker_answers(queue: str) -> bool:
    """Whether this machine's worker of the queue answers a ping through Redis."""
    name = f"{queue}@{socket.gethostname()}"
    return bool(celery.control.ping(destination=[name], timeout=0.5))


def wait_for(checks: dict[str, Callable[[], bool]]) -> None:
    """Wait until every check has succeeded once."""
    missing = dict(checks)
    notice = time.monotonic() + NOTICE_SECONDS
    while missing:
        missing = {name: holds for name, holds in missing.items() if not holds()}
        if missing and time.monotonic() > notice:
            print("Still waiting for " + " and ".join(missing) + "; `make logs` shows their output.", flush=True)
            notice = time.monotonic() + NOTICE_SECONDS
        time.sleep(_PAUSE_SECONDS if missing else 0)


def main() -> int:
    """Wait for everything that `make run` starts."""
    settings = config.load()
    wait_for(
        {
            "the web server": lambda: web_answers(settings.host, settings.port),
            **{f"the worker of queue {queue}": partial(worker_answers, queue) for queue in needed_queues()},
        }
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
