"""Which language models there are, told by the workers: a page must not wait for Ollama to say so."""

from __future__ import annotations

import logging
import time

from pipeline.errors import OllamaModelMissing, PipelineError
from pipeline.ollama.cards import ModelCard
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.names import name_key
from workers.fork_lock import no_fork

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0


class Listing:
    """The language models of one Ollama that can write summaries, looked up once a minute at most.

    `named` is the model that the settings name, None for the first that can.
    """

    def __init__(self, host: str, named: str | None) -> None:
        self.host, self.named = host, named
        self._cards: dict[tuple[str, str], ModelCard] = {}
        self._looked_at = float("-inf")
        self._told: dict[str, object] = {}

    def tell(self) -> dict[str, object]:
        """`models`, the names, and `default`, the one that is used unless another is chosen; empty without Ollama."""
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = time.monotonic()
            try:
                with no_fork():
                    self._told = self._look()
            except (PipelineError, OllamaRefused) as error:
                log.debug("Ollama did not tell its models: %s", type(error).__name__)
                self._told = {}
        return self._told

    def _look(self) -> dict[str, object]:
        with OllamaClient(self.host, connect_seconds=1.0, answer_seconds=2.0) as client:
            keys = [(one.name, one.digest) for one in client.models()]
            self._cards = {key: card for key in keys if (card := self._cards.get(key) or _show(client, key[0]))}
        fit = [name for (name, _), card in self._cards.items() if card.is_ours]
        wanted = name_key(self.named or "")
        usable = [name for name, _ in keys if name_key(name) == wanted] if self.named else fit
        return {"models": fit, "default": usable[0] if usable else ""}


def _show(client: OllamaClient, name: str) -> ModelCard | None:
    """What the server knows of a model; None for one that is damaged, or was removed just now."""
    try:
        return client.show(name)
    except (OllamaModelMissing, OllamaRefused):
        return None
