"""Runs the trial of a language model: it recaps the built-in meeting, as it would recap a recording."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import asdict
from typing import Any

import config
from core import model_trials
from core.clock import utc_now
from core.database.tables import ModelTrial
from core.log_format import trace_of
from core.ollama_placement import shares_gpu
from core.speech_memory import measure
from pipeline.errors import Cancelled, InternalError, OllamaModelMissing, OllamaUnreachable, PipelineError, StageTimeout
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.failures import FailureReason, OllamaFailure, OllamaPaused
from pipeline.ollama.model_memory import ModelMemory
from pipeline.summarize.engine import SummaryOptions, SummaryResult
from pipeline.summarize.trial.meeting import load_meeting
from pipeline.summarize.trial.score import score
from workers.database_retry import with_retry
from workers.engine_cache import EngineCache, engines

log = logging.getLogger(__name__)

WRITE_SECONDS = 1.0
#: Recordings do not wait longer than this for a trial.
MOST_SECONDS = 1200.0
#: The window in tokens that most of a meeting is read in.
USUAL_WINDOW = 8192
TOO_LARGE = "it does not fit into memory"
TOO_SLOW = "it takes more than 20 minutes for a meeting of three"
NO_ANSWER = "it gives no usable answer"
#: What a trial that brought no recap tells of it.
NOT_COUNTED = {
    "seconds_a_minute": None,
    "written": 0,
    "proven": 0,
    "decisions_found": 0,
    "decisions": 0,
    "tasks_found": 0,
    "tasks": 0,
}


def run_next(queue: str, settings: config.Settings, stop: Any) -> bool:
    """Take up the next trial of a queue and run it to its end; false if none waits. Raises SQLAlchemyError.

    `stop` is a shared byte that a shutdown sets: the trial then goes back to the queue.
    """
    trial = model_trials.claim(queue, utc_now())
    if trial is None:
        return False
    follower = _Follower(trial, stop)
    log.info("tries %s", trial.model)
    try:
        figures, problems = _try(trial, settings, follower)
        with_retry(lambda: model_trials.finish(trial.digest, trial.attempt, figures, problems, utc_now()))
    except Cancelled:
        if stop[0]:
            model_trials.give_back(trial.digest, trial.attempt, utc_now())
    except PipelineError as error:
        _fail(trial, error)
    except Exception as error:  # whatever goes wrong ends this trial, not the worker
        log.error("the trial of %s failed", trial.model, extra=trace_of(error))
        _fail(trial, InternalError())
    return True


def _fail(trial: ModelTrial, error: PipelineError) -> None:
    log.warning("the trial of %s brought no result: %s", trial.model, error.code)
    message, hint = error.message, error.hint
    if isinstance(error, OllamaFailure):  # its message is about a recording
        message, hint = f"{error.why[:1].upper()}{error.why[1:]}.", error.fix
    with_retry(lambda: model_trials.fail(trial.digest, trial.attempt, error.code, message, hint, utc_now()))


class _Follower:
    """Stops the work once the trial was cancelled or the worker shuts down, and writes the progress."""

    def __init__(self, trial: ModelTrial, stop: Any) -> None:
        self._trial, self._stop = trial, stop
        self._share, self._written_at = 0.0, 0.0
        self._began = time.monotonic()

    def check(self) -> None:
        """A checkpoint without progress. Raises Cancelled, StageTimeout."""
        self.progress(self._share)

    def progress(self, share: float) -> None:
        """A share of the recap is done. Raises Cancelled, and StageTimeout after `MOST_SECONDS`."""
        if self._stop[0]:
            raise Cancelled()
        if time.monotonic() - self._began > MOST_SECONDS:
            raise StageTimeout()
        self._share = share
        if time.monotonic() - self._written_at < WRITE_SECONDS:
            return
        self._written_at = time.monotonic()
        trial = self._trial
        if not with_retry(lambda: model_trials.note_progress(trial.digest, trial.attempt, share, utc_now())):
            raise Cancelled()


def _try(trial: ModelTrial, settings: config.Settings, follower: _Follower) -> tuple[dict[str, Any], list[str]]:
    """The figures of the trial, and why the model is not good enough. Raises PipelineError if there are none."""
    needs = _needed_bytes(trial, settings)
    budget = measure(settings)
    problems = []
    if shares_gpu(settings) and not budget.on_gpu and not budget.allows(needs):
        problems.append(f"it needs {needs / 1e9:.1f} GB of memory, more than {budget}")
    meeting = load_meeting()
    began = time.monotonic()
    try:
        result = _summarize(trial, _engines(follower), follower)
    except StageTimeout:
        return NOT_COUNTED | {"needs_bytes": needs}, [*problems, TOO_SLOW]
    except OllamaUnreachable as error:
        why = _find_fault(error)
        if why is None:
            raise
        return NOT_COUNTED | {"needs_bytes": needs}, [*problems, why]
    found = score(meeting, result, time.monotonic() - began)
    if budget.on_gpu and "on the CPU" in result.manner:
        problems.append("the GPU has not the memory for all of it")
    figures = {name: value for name, value in asdict(found).items() if name != "is_complete"}
    return figures | {"needs_bytes": needs, "manner": result.manner[:200]}, [*problems, *found.problems]


def _find_fault(error: OllamaUnreachable) -> str | None:
    """What an error says against the model itself; None if it may be the fault of Ollama or its machine."""
    if isinstance(error, OllamaFailure):
        is_too_large = error.reason is FailureReason.ERROR and "memory" in error.detail.lower()
        return TOO_LARGE if is_too_large else None
    return None if isinstance(error, OllamaPaused) else NO_ANSWER


def _summarize(trial: ModelTrial, cache: EngineCache, follower: _Follower) -> SummaryResult:
    summarizer, notice = cache.summarizer(trial.model)
    transcript = load_meeting().transcript
    if notice and notice.code.startswith("ollama_"):
        why = notice.message.rpartition(", because ")[2]  # the rest is about a recording
        raise OllamaModelMissing(why[:1].upper() + why[1:], notice.hint)
    return summarizer.summarize(transcript, SummaryOptions(), follower.progress)


def _engines(follower: _Follower) -> EngineCache:
    cache = engines(os.getpid())
    cache.checkpoint = follower.check
    return cache


def _needed_bytes(trial: ModelTrial, settings: config.Settings) -> int:
    """What the model takes of memory. Raises OllamaUnreachable, and OllamaModelMissing if it is another one now."""
    try:
        with OllamaClient(settings.ollama_host) as client:
            found = client.find(trial.model)
            if found is None or found.digest != trial.digest:
                raise OllamaModelMissing(f"Ollama no longer has this {trial.model}.", "Try the one that it has now.")
            return ModelMemory(found.name, found.size, client.show(found.name).bytes_per_token).needs(USUAL_WINDOW)
    except OllamaRefused as error:
        raise OllamaUnreachable(f"Ollama does not describe {trial.model}.", "Import it again with --force.") from error
