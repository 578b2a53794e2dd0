"""Tells who waits at a command that no worker is running."""

from __future__ import annotations

import time

import click

from core import worker_register
from core.clock import utc_now

#: Workers that were just started need this long to report.
PATIENCE_SECONDS = 5.0


class WorkerAbsence:
    """Looks for a worker while a command waits for one, and says once that there is none."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._is_told = False

    def tell(self) -> None:
        """Say so, if the command has waited for a while and no worker is alive."""
        if self._is_told or time.monotonic() - self._began <= PATIENCE_SECONDS:
            return
        if not worker_register.live_workers(utc_now()):
            click.echo("No worker is running. Start one with `make run`. This command then continues.", err=True)
            self._is_told = True
