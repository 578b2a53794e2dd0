"""Which summariser a job gets."""

from __future__ import annotations

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.client import InstalledModel, ModelCard, OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.recap import Notice
from pipeline.summarize.asking import OllamaSettings
from pipeline.summarize.engine import Summarizer
from pipeline.summarize.extractive import ExtractiveSummarizer
from pipeline.summarize.ollama import OllamaSummarizer

ANSWER_SECONDS = 2.0
"""Ollama lists its models in milliseconds; one that needs longer than this is not there."""


def choose_summarizer(
    host: str, model: str | None = None, num_ctx: int | None = None
) -> tuple[Summarizer, Notice | None]:
    """Ollama where it answers and has a model, else the extractive summary with the reason why.

    `model` None: the first model, the one changed last, that can chat. A named model must be installed; another one is
    not taken in its place. `num_ctx` is the window in tokens, None for one that fits.
    """
    try:
        with OllamaClient(host, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS) as client:
            chosen, card = pick_model(client, model)
    except (OllamaUnreachable, OllamaModelMissing) as error:
        return ExtractiveSummarizer(), error.notice()
    except OllamaRefused as error:
        reason = f"The summary was put together from quotes, because Ollama refused: {error.message}."
        return ExtractiveSummarizer(), OllamaUnreachable(reason).notice()
    settings = OllamaSettings(
        host=host,
        model=chosen.name,
        digest=chosen.digest.removeprefix("sha256:")[:12],
        window=card.window,
        can_think=card.can_think,
        num_ctx=num_ctx,
    )
    return OllamaSummarizer(settings), None


def pick_model(client: OllamaClient, model: str | None) -> tuple[InstalledModel, ModelCard]:
    """The model of this name, or the first that can chat. Raises OllamaModelMissing where there is none."""
    if model:
        found = client.find(model)
        if found is None:
            raise OllamaModelMissing(
                f"The summary was put together from quotes, because Ollama does not have the model {model}."
            )
        return found, client.show(found.name)
    for found in client.models():
        card = client.show(found.name)
        if card.can_chat:
            return found, card
    raise OllamaModelMissing()
