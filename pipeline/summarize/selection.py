"""Which summariser a job gets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama import retry
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.failures import (
    AlwaysClosed,
    CircuitBreaker,
    FailureReason,
    OllamaFailure,
    OllamaPaused,
    to_failure,
)
from pipeline.ollama.model_info import InstalledModel, ModelInfo
from pipeline.ollama.model_selection import select_model
from pipeline.recap import Notice
from pipeline.summarize.engine import Summarizer
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer
from pipeline.summarize.language_model.settings import OllamaSettings
from pipeline.summarize.language_model.summarizer import OllamaSummarizer

ANSWER_SECONDS = 2.0
"""Ollama lists its models in milliseconds; one that needs longer than this is not there."""


def choose_summarizer(
    host: str,
    model: str | None = None,
    num_ctx: int | None = None,
    *,
    may_leave: bool = True,
    health: CircuitBreaker | None = None,
    retry_seconds: tuple[float, ...] = (),
    on_tick: Callable[[], None] = lambda: None,
) -> tuple[Summarizer, Notice | None]:
    """Ollama where it answers and has a model, else the extractive summary with the reason why.

    `model` None: the first that can chat, see `pick_model`. A named model must be installed; another one is not taken
    in its place, nor with `may_leave` False one that runs elsewhere. `num_ctx` is the window in tokens, None for one
    that fits. Where Ollama does not answer it is asked again after at most `retry_seconds`, while `on_tick`, which may
    raise to stop, and `health` allow it.
    """
    health = health or AlwaysClosed()
    try:
        chosen, card = _look_up(partial(_look_up_once, host, model, may_leave), health, retry_seconds, on_tick)
    except (OllamaUnreachable, OllamaModelMissing) as error:
        return ExtractiveSummarizer(), error.notice()
    settings = OllamaSettings(
        host=host,
        model=chosen.name,
        digest=chosen.digest.removeprefix("sha256:")[:12],
        window=card.window,
        can_think=card.can_think,
        num_ctx=num_ctx,
        health=health,
    )
    return OllamaSummarizer(settings), None


def _look_up(
    look: Callable[[], tuple[InstalledModel, ModelInfo]],
    health: CircuitBreaker,
    retry_seconds: tuple[float, ...],
    on_tick: Callable[[], None],
) -> tuple[InstalledModel, ModelInfo]:
    """The model. A list is no proof that Ollama can answer, so it clears no failures; a missing model is none."""
    for longest_wait in (*retry_seconds, None):
        if health.resting_until:
            raise OllamaPaused(health.resting_until)
        try:
            return look()
        except OllamaFailure as failure:
            health.failed(failure.reason)
            if longest_wait is None or not failure.may_pass or health.resting_until:
                raise
        retry.wait(longest_wait, on_tick)
    raise AssertionError("the last wait is None")


def _look_up_once(host: str, model: str | None, may_leave: bool) -> tuple[InstalledModel, ModelInfo]:
    try:
        with OllamaClient(host, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS) as client:
            return select_model(client, model, may_leave=may_leave)
    except (OllamaRefused, OllamaUnreachable) as error:
        raise to_failure(error) or OllamaFailure(FailureReason.ERROR, str(error)) from error.__cause__
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # JSON, but not what Ollama sends
        raise OllamaFailure(FailureReason.FOREIGN) from error
