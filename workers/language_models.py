"""Which language models there are. Workers report them, because a page must not wait for Ollama."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from core.worker_register import LanguageModel, WorkerModels
from pipeline.errors import OllamaModelMissing, PipelineError
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_info import ModelInfo
from pipeline.ollama.model_names import name_key
from workers.failed_models import find_failed_models
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
        self._found: tuple[LanguageModel, ...] = ()
        self._usable: tuple[str, ...] = ()

    def add_to(self, models: WorkerModels) -> WorkerModels:
        """The same models with the language models of Ollama, and the default among them; none without Ollama."""
        if time.monotonic() - self._asked_at >= REFRESH_SECONDS:
            self._asked_at = time.monotonic()
            try:
                with no_fork():
                    self._ask()
            except (PipelineError, OllamaRefused) as error:
                log.debug("Ollama did not list its models: %s", type(error).__name__)
                self._found, self._usable = (), ()
        return replace(
            models,
            language_models=tuple(one.name for one in self._found),
            default_language_model=next(iter(self._usable), ""),
            language_details=self._found,
        )

    def _ask(self) -> None:
        with OllamaClient(self.host, connect_seconds=1.0, answer_seconds=2.0) as client:
            there = {(one.name, one.digest): one for one in client.models()}
            self._infos = {key: info for key in there if (info := self._infos.get(key) or _show(client, key[0]))}
        self._found = tuple(
            LanguageModel(name, digest, there[name, digest].size, info.has_chat_form)
            for (name, digest), info in self._infos.items()
            if info.is_local_writer
        )
        wanted = name_key(self.configured or "")
        failed = find_failed_models()
        fit = (one.name for one in self._found if one.has_chat_form and one.digest not in failed)
        self._usable = tuple(name for name, _ in there if name_key(name) == wanted) if self.configured else tuple(fit)


def _show(client: OllamaClient, name: str) -> ModelInfo | None:
    """What the server knows about a model; None for one that is damaged or was removed just now."""
    try:
        return client.show(name)
    except (OllamaModelMissing, OllamaRefused):
        return None
