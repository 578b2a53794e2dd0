"""Chooses the summarizer of a job."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
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
from pipeline.ollama.model_selection import find_doubt, select_model
from pipeline.ollama.retry import retrying
from pipeline.recap import Notice
from pipeline.summarize.engine import Summarizer
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer
from pipeline.summarize.language_model.ollama_settings import OllamaSettings
from pipeline.summarize.language_model.summarizer import OllamaSummarizer

ANSWER_SECONDS = 2.0
"""Ollama lists its models in milliseconds; after this time it counts as unavailable."""


def choose_summarizer(
    host: str,
    model: str | None = None,
    num_ctx: int | None = None,
    *,
    allow_remote: bool = True,
    circuit: CircuitBreaker | None = None,
    retry_seconds: tuple[float, ...] = (),
    on_tick: Callable[[], None] = lambda: None,
    failed: Collection[str] = (),
) -> tuple[Summarizer, Notice | None]:
    """Ollama if it answers and has a model, else the extractive summarizer with a notice of the reason.

    `model` None: the first that can chat, see `select_model`. A named model must be installed and is not replaced by
    another one; with `allow_remote` False it must also run on this server. If it has no chat template, or its digest is
    in `failed` (see `select_model`), a notice says that the recap is likely to be poor. `num_ctx` is the window in
    tokens, None for one that fits. If Ollama does not answer, the call is retried after random waits of at most
    `retry_seconds`, while `circuit` is closed; `on_tick` is called meanwhile and may raise to stop.
    """
    circuit = circuit or AlwaysClosed()
    try:
        chosen, info = _find_model(
            partial(_find_model_once, host, model, allow_remote, failed), circuit, retry_seconds, on_tick
        )
    except (OllamaUnreachable, OllamaModelMissing) as error:
        return ExtractiveSummarizer(), error.notice()
    settings = OllamaSettings(
        host=host,
        model=chosen.name,
        digest=chosen.digest.removeprefix("sha256:")[:12],
        window=info.window,
        bytes_per_token=info.bytes_per_token,
        can_think=info.can_think,
        num_ctx=num_ctx,
        circuit=circuit,
    )
    return OllamaSummarizer(settings), find_doubt(chosen, info, failed)


def _find_model(
    find_once: Callable[[], tuple[InstalledModel, ModelInfo]],
    circuit: CircuitBreaker,
    retry_seconds: tuple[float, ...],
    on_tick: Callable[[], None],
) -> tuple[InstalledModel, ModelInfo]:
    """Find the model, again after failures that may be transient.

    A list of models does not prove that Ollama can answer, so it clears no failures. A missing model is not a failure.
    """

    def attempt() -> tuple[InstalledModel, ModelInfo]:
        if open_until := circuit.open_until:
            raise OllamaPaused(open_until)
        try:
            return find_once()
        except OllamaFailure as failure:
            circuit.record_failure(failure.reason)
            raise

    def should_retry(error: BaseException) -> bool:
        return isinstance(error, OllamaFailure) and error.is_transient and not circuit.open_until

    return retrying(retry_seconds, should_retry, on_tick)(attempt)


def _find_model_once(
    host: str, model: str | None, allow_remote: bool, failed: Collection[str]
) -> tuple[InstalledModel, ModelInfo]:
    try:
        with OllamaClient(host, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS) as client:
            return select_model(client, model, allow_remote=allow_remote, failed=failed)
    except (OllamaRefused, OllamaUnreachable) as error:
        raise to_failure(error) or OllamaFailure(FailureReason.ERROR, str(error)) from error.__cause__
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # JSON, but not what Ollama sends
        raise OllamaFailure(FailureReason.FOREIGN) from error
