"""What `flask doctor` says of Ollama, for a page that must not wait for an Ollama that does not answer."""

from __future__ import annotations

import time
from concurrent.futures import Future
from threading import Lock, Thread
from typing import cast

from flask import Flask, current_app

import config
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.cli.ollama_checks import check_ollama
from webapp.cli.ollama_status import START

_EXTENSION = "first_steps_ollama"
WAIT_SECONDS = 2.0
#: A result that nobody fetched is thrown away so long after its check began.
STALE_SECONDS = 60.0

Results = tuple[CheckResult, ...]


class OllamaChecker:
    """Runs one check at a time in a thread. Who does not wait long enough finds its result with the next request."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: Future[Results] | None = None
        self._started_at = 0.0

    def check(self, settings: config.Settings, wait_seconds: float = WAIT_SECONDS) -> Results:
        """The results; after `wait_seconds` a warning that there are none yet."""
        with self._lock:
            pending = self._join_or_start(settings)
        try:
            found = pending.result(wait_seconds)
        except TimeoutError:
            if not pending.done():
                return (_still_waiting(settings, wait_seconds),)
            raise  # of the check itself
        finally:
            with self._lock:
                if pending.done() and self._pending is pending:
                    self._pending = None
        return found

    def _join_or_start(self, settings: config.Settings) -> Future[Results]:
        pending, now = self._pending, time.monotonic()
        if pending is None or (pending.done() and now - self._started_at > STALE_SECONDS):
            pending, self._started_at = _start(settings), now
        self._pending = pending
        return pending


def _start(settings: config.Settings) -> Future[Results]:
    pending: Future[Results] = Future()

    def run() -> None:
        try:
            pending.set_result(tuple(check_ollama(settings)))
        except Exception as error:
            pending.set_exception(error)  # who waits raises it

    Thread(target=run, name="check-ollama", daemon=True).start()
    return pending


def _still_waiting(settings: config.Settings, seconds: float) -> CheckResult:
    state = f"{settings.ollama_name} has not answered within {seconds:g} s"
    return check_result.warning("ollama", state, f"Check again in a moment. If that does not help: {START}")


def init_app(app: Flask) -> None:
    """Give the app its checker."""
    app.extensions[_EXTENSION] = OllamaChecker()


def current_checker() -> OllamaChecker:
    """The checker of the current app."""
    return cast(OllamaChecker, current_app.extensions[_EXTENSION])
