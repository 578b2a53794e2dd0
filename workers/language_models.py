"""Which language models there are. Workers report them, because a page must not wait for Ollama."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from core.worker_register import WorkerModels
from pipeline.errors import OllamaModelMissing, PipelineError
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_info import ModelInfo
from pipeline.ollama.model_names import name_key
from workers.fork_lock import no_fork

log = logging.getLogger(__name__)

REFRESH_SECONDS = 60.0


class LanguageModelLister:
    """The language models of one Ollama that can write summaries; Ollama is asked once a minute at most.

    `named` is the model that the settings name; None for the first one that can.
    """

    def __init__(self, host: str, configured: str | None) -> None:
        self.host, self.configured = host, configured
        self._infos: dict[tuple[str, str], ModelInfo] = {}
        self._asked_at = float("-inf")
        self._found: tuple[tuple[str, ...], str] = ((), "")

    def add_to(self, models: WorkerModels) -> WorkerModels:
        """The same models with the language models of Ollama, and the default among them; none without Ollama."""
        if time.monotonic() - self._asked_at >= REFRESH_SECONDS:
            self._asked_at = time.monotonic()
            try:
                with no_fork():
                    self._found = self._ask()
            except (PipelineError, OllamaRefused) as error:
                log.debug("Ollama did not list its models: %s", type(error).__name__)
                self._found = ((), "")
        names, default = self._found
        return replace(models, language_models=names, default_language_model=default)

    def _ask(self) -> tuple[tuple[str, ...], str]:
        with OllamaClient(self.host, connect_seconds=1.0, answer_seconds=2.0) as client:
            keys = [(one.name, one.digest) for one in client.models()]
            self._infos = {key: info for key in keys if (info := self._infos.get(key) or _show(client, key[0]))}
        fit = [name for (name, _), info in self._infos.items() if info.is_local_writer]
        wanted = name_key(self.configured or "")
        usable = [name for name, _ in keys if name_key(name) == wanted] if self.configured else fit
        return tuple(fit), usable[0] if usable else ""


def _show(client: OllamaClient, name: str) -> ModelInfo | None:
    """What the server knows about a model; None for one that is damaged or was removed just now."""
    try:
        return client.show(name)
    except (OllamaModelMissing, OllamaRefused):
        return None
