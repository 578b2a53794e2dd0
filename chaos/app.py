"""The Celery app of RealRecap with tripwires, for workers and beat of a rig: `celery -A chaos.app.celery`."""

from __future__ import annotations

import os
from pathlib import Path

from celery.concurrency.asynpool import AsynPool

from chaos.tripwires import Tripwires
from run import celery

Tripwires(Path(os.environ["CHAOS_FOLDER"])).lay()
if os.environ.get("CHAOS_HURRY"):  # Celery looks for dead children every 5 s
    AsynPool.timers = property(lambda pool: {pool.maintain_pool: 0.5})

__all__ = ["celery"]
