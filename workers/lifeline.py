"""Follows one job from inside the worker: renews the lease, writes progress, and stops the work when it must.

The work checks in at every call (`enter`, `progress`, ...): that is a checkpoint, and there it stops with Cancelled
when the job was cancelled, deleted, taken over, ran out of time, or the worker shuts down. Where no checkpoint comes
for a few seconds the process ends itself: an engine deep in native code cannot be stopped otherwise.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import SQLAlchemyError

import config
from library import jobs
from library.jobs import Claim
from library.models import utc_now
from pipeline.errors import Cancelled, PipelineError, StageTimeout

log = logging.getLogger(__name__)

#: How long the work may take to reach a checkpoint once it has to stop.
GRACE_SECONDS = 5.0
#: How often cancel and shutdown are looked for.
LOOK_SECONDS = 0.25
#: A step may take this many times the recording's length, and never less than the floor.
DEADLINE_FACTOR = 10.0
DEADLINE_FLOOR_SECONDS = 1800.0
#: No checkpoint for this long means that the engine hangs.
SILENCE_SECONDS = 1200.0


class Lifeline:
    """The `pipeline.stages.Watch` of a claimed job; a context manager that runs while the step does."""

    def __init__(self, held: Claim, settings: config.Settings, stop: Any) -> None:
        self.held, self.settings, self.stop = held, settings, stop
        self.gives_back = False
        self._must_stop: type[PipelineError] | None = None
        self._stopped_at = 0.0
        self._ended = threading.Event()
        self._began = self._checked_in = self._written = time.monotonic()
        self._renewed = self._looked = self._began
        self._deadline = self._began + max(DEADLINE_FLOOR_SECONDS, DEADLINE_FACTOR * (held.duration or 0.0))
        self._thread = threading.Thread(target=self._follow, name="lifeline", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    # what the work calls

    def enter(self, stage: str) -> None:
        """A stage begins."""
        self._check_in()
        if not jobs.enter_stage(self.held, stage, utc_now()):
            raise Cancelled()
        self._written = time.monotonic()

    def progress(self, fraction: float) -> None:
        """A share of the stage is done; written at most once a second."""
        self._check_in()
        if time.monotonic() - self._written < 1.0:
            return
        self._written = time.monotonic()
        if not jobs.report_progress(self.held, min(1.0, max(0.0, fraction)), utc_now()):
            raise Cancelled()

    def use(self, kind: str, key: str) -> None:
        """A result is about to be read or written."""
        self._check_in()
        if not jobs.note_result(self.held, kind, key):
            raise Cancelled()

    def saved(self) -> None:
        """New work is on disk."""
        self._check_in()
        jobs.note_saved_work(self.held)

    def took(self, stage: str, model: str, seconds: float) -> None:
        """A stage was computed."""
        if self.held.duration:
            jobs.note_speed(stage, model[:64], seconds, self.held.duration)

    def _check_in(self) -> None:
        self._checked_in = time.monotonic()
        if self._must_stop:
            raise self._must_stop()

    # the thread

    def _follow(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            now = time.monotonic()
            try:
                self._look(now)
            except SQLAlchemyError:
                log.warning("the database does not answer; the work goes on")
            if self._must_stop and now - max(self._stopped_at, 0.0) > GRACE_SECONDS:
                self._end_process()

    def _look(self, now: float) -> None:
        if self._must_stop:
            return
        if self.stop[0]:
            self.gives_back = True
            self._stop(Cancelled, now)
        elif now > self._deadline or now - self._checked_in > SILENCE_SECONDS:
            self._stop(StageTimeout, now)
        elif now - self._renewed >= self.settings.heartbeat_seconds:
            self._renewed = self._looked = now
            if not jobs.renew(self.held, utc_now(), self.settings.lease_seconds):
                self._stop(Cancelled, now)
        elif now - self._looked >= 1.0:
            self._looked = now
            if not jobs.is_held(self.held):
                self._stop(Cancelled, now)

    def _stop(self, why: type[PipelineError], now: float) -> None:
        self._must_stop, self._stopped_at = why, now

    def _end_process(self) -> None:
        log.warning("no checkpoint within %.0f s: the process ends", GRACE_SECONDS)
        try:
            if self.gives_back:
                jobs.give_back(self.held, utc_now())
            elif self._must_stop is StageTimeout:
                jobs.fail(self.held, StageTimeout(), utc_now())
        finally:
            os._exit(70)
