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
from workers.database_retry import with_retry

log = logging.getLogger(__name__)

#: How long the work may take to reach a checkpoint once it has to stop.
GRACE_SECONDS = 3.5
#: How often cancel and shutdown are looked for.
CHECK_SECONDS = 0.25
#: How often the database is asked whether the job is still ours.
OWNERSHIP_CHECK_SECONDS = 1.0
#: A step may take this many times what the recording should take here, and never less than the floor.
DEADLINE_FACTOR = 6.0
MIN_DEADLINE_SECONDS = 1800.0
#: Taken for work over audio seconds where nothing was measured yet: ten times slower than it is spoken.
DEFAULT_SPEED = 10.0
#: Before the first stage begins, a job may be as silent as the most silent one.
MAX_SILENCE_SECONDS = max(stage.silent_seconds for stage in STAGES)


class JobMonitor:
    """The `pipeline.results.Monitor` of a claimed job; a context manager that runs while the step does."""

    def __init__(self, claim: Claim, settings: config.Settings, stop: Any) -> None:
        self.claim, self.settings, self.stop = claim, settings, stop
        self.is_shutting_down = False
        self.stage = ""
        self.used_keys: set[str] = set()
        self._stop_error: type[PipelineError] | None = None
        self._stopped_at = 0.0
        self._ended = threading.Event()
        self._began_at = self._checkpoint_at = self._written_at = time.monotonic()
        self._renewed_at = self._ownership_checked_at = self._began_at
        self._silence_limit = MAX_SILENCE_SECONDS
        self._deadline = self._began_at + find_deadline(claim.duration, speeds.speeds())
        self._thread = threading.Thread(target=self._watch, name="job-monitor", daemon=True)

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
        self._checkpoint()
        self.stage = stage
        self._silence_limit = find_stage(stage).silent_seconds
        self.write(lambda: transitions.enter_stage(self.claim, stage, utc_now()))
        self._written_at = time.monotonic()

    def progress(self, fraction: float) -> None:
        """A share of the stage is done; written at most once a second."""
        self._checkpoint()
        if time.monotonic() - self._written_at < 1.0:
            return
        share = min(1.0, max(0.0, fraction))
        self.write(lambda: transitions.report_progress(self.claim, share, utc_now()))
        self._written_at = time.monotonic()

    def use(self, kind: str, key: str) -> None:
        """A result is about to be read or written."""
        self._checkpoint()
        self.write(lambda: transitions.note_result(self.claim, kind, key))
        self.used_keys.add(key)

    def saved(self) -> None:
        """New work is on disk."""
        self._checkpoint()
        self.with_retry(lambda: transitions.note_saved_work(self.claim))

    def took(self, stage: str, model: str, seconds: float) -> None:
        """A stage was computed."""
        length = self.claim.duration
        if length:
            self.with_retry(lambda: speeds.note_speed(stage, model[:64], seconds, length))

    def with_retry(self, write: Any) -> Any:
        """Do a write to the database, waiting where that is away; raises Cancelled when the work has to stop."""
        return with_retry(write, self._checkpoint)

    def write(self, write: Callable[[], bool]) -> None:
        """A write that says whether the job is still ours; where it is not, what was made may belong to nobody."""
        if not self.with_retry(write):
            raise Cancelled()

    def _checkpoint(self) -> None:
        self._checkpoint_at = time.monotonic()
        if self._stop_error:
            raise self._stop_error()

    # the thread

    def _watch(self) -> None:
        while not self._ended.wait(CHECK_SECONDS):
            now = time.monotonic()
            try:
                self._check(now)
            except SQLAlchemyError:
                log.warning("the database does not answer; the work goes on")
            if self._stop_error and now - self._stopped_at > GRACE_SECONDS:
                self._end_process()

    def _check(self, now: float) -> None:
        if self._stop_error:
            if self.is_shutting_down or self._stop_error is StageTimeout:
                self._renew(now)  # until this process has said what becomes of the job, nobody else shall take it
            return
        if self.stop[0]:
            self.is_shutting_down = True
            self._stop(Cancelled, now)
        elif now > self._deadline or now - self._checkpoint_at > self._silence_limit:
            self._stop(StageTimeout, now)
        elif not self._renew(now):
            self._stop(Cancelled, now)
        elif now - self._ownership_checked_at >= OWNERSHIP_CHECK_SECONDS:
            self._ownership_checked_at = now
            if not claims.is_held(self.claim):
                self._stop(Cancelled, now)

    def _renew(self, now: float) -> bool:
        """Prolong the lease where it is time to; False: the job is no longer ours."""
        if now - self._renewed_at < self.settings.heartbeat_seconds:
            return True
        self._renewed_at = self._ownership_checked_at = now
        return claims.renew(self.claim, utc_now(), self.settings.lease_seconds)

    def _stop(self, why: type[PipelineError], now: float) -> None:
        self._stop_error, self._stopped_at = why, now

    def _end_process(self) -> None:
        log.warning("no checkpoint within %.1f s: the process ends", GRACE_SECONDS)
        try:
            if self.is_shutting_down:
                claims.give_back(self.claim, utc_now())
            elif self._stop_error is StageTimeout:
                transitions.fail(self.claim, StageTimeout(), utc_now())
        except SQLAlchemyError:
            log.warning("the database does not answer; the lease will run out")
        finally:
            os._exit(70)


def find_deadline(length: float | None, speeds: dict[str, float]) -> float:
    """Seconds that a step may take: by the recording's length and what stages took here before, with a floor."""
    expected = (length or 0.0) * (sum(speeds.values()) if "transcribe" in speeds else DEFAULT_SPEED)
    return max(MIN_DEADLINE_SECONDS, DEADLINE_FACTOR * expected)
