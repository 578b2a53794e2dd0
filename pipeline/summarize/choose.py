"""Which summariser a job gets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama import backoff
from pipeline.ollama.cards import InstalledModel, ModelCard
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.failures import Health, NoHealth, OllamaFailure, OllamaResting, Reason, as_failure
from pipeline.ollama.pick import pick_model
from pipeline.recap import Notice
from pipeline.summarize.asking import OllamaSettings
from pipeline.summarize.engine import Summarizer
from pipeline.summarize.extractive import ExtractiveSummarizer
from pipeline.summarize.ollama import OllamaSummarizer

ANSWER_SECONDS = 2.0
"""Ollama lists its models in milliseconds; one that needs longer than this is not there."""


def choose_summarizer(
    host: str,
    model: str | None = None,
    num_ctx: int | None = None,
    *,
    may_leave: bool = True,
    health: Health | None = None,
    retry_seconds: tuple[float, ...] = (),
    on_tick: Callable[[], None] = lambda: None,
) -> tuple[Summarizer, Notice | None]:
    """Ollama where it answers and has a model, else the extractive summary with the reason why.

    `model` None: the first that can chat, see `pick_model`. A named model must be installed; another one is not taken
    in its place, nor with `may_leave` False one that runs elsewhere. `num_ctx` is the window in tokens, None for one
    that fits. Where Ollama does not answer it is asked again after at most `retry_seconds`, while `on_tick`, which may
    raise to stop, and `health` allow it.
    """
    health = health or NoHealth()
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
    look: Callable[[], tuple[InstalledModel, ModelCard]],
    health: Health,
    retry_seconds: tuple[float, ...],
    on_tick: Callable[[], None],
) -> tuple[InstalledModel, ModelCard]:
    """The model. A list is no proof that Ollama can answer, so it clears no failures; a missing model is none."""
    for longest_wait in (*retry_seconds, None):
        if health.resting_until:
            raise OllamaResting(health.resting_until)
        try:
            return look()
        except OllamaFailure as failure:
            health.failed(failure.reason)
            if longest_wait is None or not failure.may_pass or health.resting_until:
                raise
        backoff.wait(longest_wait, on_tick)
    raise AssertionError("the last wait is None")


def _look_up_once(host: str, model: str | None, may_leave: bool) -> tuple[InstalledModel, ModelCard]:
    try:
        with OllamaClient(host, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS) as client:
            return pick_model(client, model, may_leave=may_leave)
    except (OllamaRefused, OllamaUnreachable) as error:
        raise as_failure(error) or OllamaFailure(Reason.ERROR, str(error)) from error.__cause__
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # JSON, but not what Ollama sends
        raise OllamaFailure(Reason.FOREIGN) from error
