"""A process of its own that downloads or checks one model for the site.

It tells the database how far it is, and stops if it was cancelled there. If the worker that started it goes, or it is
asked to leave, another process goes on where it stopped.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import config
from core import log_format, model_installs, speech_models
from core.clock import utc_now
from core.model_installs import Progress
from model_store import catalogue
from model_store.checking import check_model
from model_store.errors import InstallCancelled
from model_store.pulling import pull
from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

WRITE_SECONDS = 0.5
#: The rate is that of so many last seconds.
RATE_SECONDS = 10.0


class Leaving(Exception):
    """This process has to end; the work goes on elsewhere."""


class Reporter:
    """Tells the database how far the work is, twice a second. Raises InstallCancelled or Leaving to stop it."""

    def __init__(self, model: str, attempt: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._attempt, self._clock = model, attempt, clock
        self._parent = os.getppid()
        self._written = float("-inf")
        self._seen: list[tuple[float, int]] = []
        self._doing = ""

    def __call__(self, doing: str, done: int, total: int) -> None:
        now = self._clock()
        if doing != self._doing or (self._seen and done < self._seen[-1][1]):
            self._doing, self._seen = doing, []
        if now - self._written < WRITE_SECONDS:
            return
        if os.getppid() != self._parent:
            raise Leaving
        self._written = now
        self._seen = [(when, count) for when, count in self._seen if now - when <= RATE_SECONDS] + [(now, done)]
        progress = Progress(doing, done, total, self._rate())
        if not model_installs.note_progress(self._model, self._attempt, progress, utc_now()):
            raise InstallCancelled

    def _rate(self) -> float:
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return (after - before) / (last - first) if last > first else 0.0


def run(model: str, attempt: int, action: str) -> None:
    """Do the work and store what came of it."""
    report = Reporter(model, attempt)
    try:
        message = _pull(model, report) if action == "pull" else _verify(model, report)
    except InstallCancelled:
        log.info("%s: %s was cancelled", model, action)
    except Leaving:
        model_installs.give_back(model, attempt, utc_now())
        log.info("%s: %s goes on in another process", model, action)
    except PipelineError as error:
        log.warning("%s: %s failed: %s", model, action, error.code)
        model_installs.fail(model, attempt, error.code, error.message, error.hint, utc_now())
    except Exception as error:  # the page must not wait for ever
        log.error("%s: %s failed", model, action, extra=log_format.trace_of(error))
        failed = PipelineError()
        model_installs.fail(model, attempt, failed.code, failed.message, failed.hint, utc_now())
    else:
        log.info("%s: %s", model, message)
        model_installs.finish(model, attempt, message, utc_now())


def _pull(name: str, report: Reporter) -> str:
    known = catalogue.find(name)
    if known is None:
        raise PipelineError(f"There is no model {name}.", "Choose one from the list.")
    result = pull(known, config.load(), report)
    if result.outcome == "unchanged":
        return "It was installed already, and is complete."
    return "It is installed, and all sums are right. The next recording can use it."


def _verify(name: str, report: Reporter) -> str:
    settings = config.load()
    model = next((one for one in speech_models.list_models(settings.models) if one.name == name), None)
    if model is None:
        raise PipelineError(f"{name} is not installed.", "Download it first.")
    found = check_model(model, report)
    if found.outcome == "damaged":
        raise PipelineError(
            f"{name} is damaged: {'; '.join(found.problems[:5])}.",
            "Download it again: only what is damaged is fetched." if found.repository else "Install it again.",
        )
    if found.outcome == "unlisted":
        return "It was copied by hand, so there are no sums to compare it with. Downloading it completes it."
    return "It is intact: all sums are right."


def _leave(_number: int, _frame: Any) -> None:
    raise Leaving


def main() -> None:
    """The command line; `model_store.background` is started by workers only."""
    model, attempt, action = sys.argv[1:]
    log_format.set_up_logging("models")
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    run(model, int(attempt), action)


if __name__ == "__main__":
    main()
