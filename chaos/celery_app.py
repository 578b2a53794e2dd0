"""The Celery app with failpoints, for workers and beat of a testbed: `celery -A chaos.celery_app.celery`."""

from __future__ import annotations

import os
from pathlib import Path

from celery.concurrency.asynpool import AsynPool

from chaos.failpoints import Failpoints
from run import celery

Failpoints(Path(os.environ["CHAOS_FOLDER"])).install()
if os.environ.get("CHAOS_FAST_POOL"):  # Celery itself checks for dead children every 5 s
    AsynPool.timers = property(lambda pool: {pool.maintain_pool: 0.5})  # type: ignore[method-assign, assignment]

__all__ = ["celery"]
