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
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import SQLAlchemyError

import config
from core.clock import utc_now
from core.jobs import claims, speeds, transitions
from core.jobs.claims import Claim
from pipeline.catalogue import STAGES, find_stage
from pipeline.errors import Cancelled, PipelineError, StageTimeout
from workers.database_retry import keep_trying

log = logging.getLogger(__name__)

#: How long the work may take to reach a checkpoint once it has to stop.
GRACE_SECONDS = 3.5
#: How often cancel and shutdown are looked for.
LOOK_SECONDS = 0.25
#: How often the database is asked whether the job is still ours.
ASK_SECONDS = 1.0
#: A step may take this many times what the recording should take here, and never less than the floor.
DEADLINE_FACTOR = 6.0
DEADLINE_FLOOR_SECONDS = 1800.0
#: Taken for work over audio seconds where nothing was measured yet: ten times slower than it is spoken.
UNKNOWN_SPEED = 10.0
#: Before the first stage begins, a job may be as silent as the most silent one.
LONGEST_SILENCE_SECONDS = max(stage.silent_seconds for stage in STAGES)


class JobMonitor:
    """The `pipeline.results.Monitor` of a claimed job; a context manager that runs while the step does."""

    def __init__(self, held: Claim, settings: config.Settings, stop: Any) -> None:
        self.held, self.settings, self.stop = held, settings, stop
        self.gives_back = False
        self.stage = ""
        self.used: set[str] = set()
        self._must_stop: type[PipelineError] | None = None
        self._stopped_at = 0.0
        self._ended = threading.Event()
        self._began = self._checked_in = self._written = time.monotonic()
        self._renewed = self._asked = self._began
        self._silence = LONGEST_SILENCE_SECONDS
        self._deadline = self._began + find_deadline(held.duration, speeds.speeds())
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
        self.stage = stage
        self._silence = find_stage(stage).silent_seconds
        self.write(lambda: transitions.enter_stage(self.held, stage, utc_now()))
        self._written = time.monotonic()

    def progress(self, fraction: float) -> None:
        """A share of the stage is done; written at most once a second."""
        self._check_in()
        if time.monotonic() - self._written < 1.0:
            return
        share = min(1.0, max(0.0, fraction))
        self.write(lambda: transitions.report_progress(self.held, share, utc_now()))
        self._written = time.monotonic()

    def use(self, kind: str, key: str) -> None:
        """A result is about to be read or written."""
        self._check_in()
        self.write(lambda: transitions.note_result(self.held, kind, key))
        self.used.add(key)

    def saved(self) -> None:
        """New work is on disk."""
        self._check_in()
        self.keep_trying(lambda: transitions.note_saved_work(self.held))

    def took(self, stage: str, model: str, seconds: float) -> None:
        """A stage was computed."""
        length = self.held.duration
        if length:
            self.keep_trying(lambda: speeds.note_speed(stage, model[:64], seconds, length))

    def keep_trying(self, write: Any) -> Any:
        """Do a write to the database, waiting where that is away; raises Cancelled when the work has to stop."""
        return keep_trying(write, self._check_in)

    def write(self, write: Callable[[], bool]) -> None:
        """A write that says whether the job is still ours; where it is not, what was made may belong to nobody."""
        if not self.keep_trying(write):
            raise Cancelled()

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
            if self._must_stop and now - self._stopped_at > GRACE_SECONDS:
                self._end_process()

    def _look(self, now: float) -> None:
        if self._must_stop:
            if self.gives_back or self._must_stop is StageTimeout:
                self._renew(now)  # until this process has said what becomes of the job, nobody else shall take it
            return
        if self.stop[0]:
            self.gives_back = True
            self._stop(Cancelled, now)
        elif now > self._deadline or now - self._checked_in > self._silence:
            self._stop(StageTimeout, now)
        elif not self._renew(now):
            self._stop(Cancelled, now)
        elif now - self._asked >= ASK_SECONDS:
            self._asked = now
            if not claims.is_held(self.held):
                self._stop(Cancelled, now)

    def _renew(self, now: float) -> bool:
        """Prolong the lease where it is time to; False: the job is no longer ours."""
        if now - self._renewed < self.settings.heartbeat_seconds:
            return True
        self._renewed = self._asked = now
        return claims.renew(self.held, utc_now(), self.settings.lease_seconds)

    def _stop(self, why: type[PipelineError], now: float) -> None:
        self._must_stop, self._stopped_at = why, now

    def _end_process(self) -> None:
        log.warning("no checkpoint within %.1f s: the process ends", GRACE_SECONDS)
        try:
            if self.gives_back:
                claims.give_back(self.held, utc_now())
            elif self._must_stop is StageTimeout:
                transitions.fail(self.held, StageTimeout(), utc_now())
        except SQLAlchemyError:
            log.warning("the database does not answer; the lease will run out")
        finally:
            os._exit(70)


def find_deadline(length: float | None, speeds: dict[str, float]) -> float:
    """Seconds that a step may take: by the recording's length and what stages took here before, with a floor."""
    expected = (length or 0.0) * (sum(speeds.values()) if "transcribe" in speeds else UNKNOWN_SPEED)
    return max(DEADLINE_FLOOR_SECONDS, DEADLINE_FACTOR * expected)
