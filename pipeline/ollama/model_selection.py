"""Selects the model that writes the summaries."""

from __future__ import annotations

import logging

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.ollama.model_info import InstalledModel, ModelInfo

log = logging.getLogger(__name__)


def select_model(
    client: OllamaClient, model: str | None, *, allow_remote: bool = True
) -> tuple[InstalledModel, ModelInfo]:
    """The model of this name, or else the most recently changed one that can chat.

    Without a name, damaged models are skipped, and remote ones, because the transcript would leave the machine. With
    `allow_remote` False a remote model is not accepted by name either. Raises OllamaModelMissing if there is none.
    """
    if model:
        found = client.find(model)
        if found is None:
            raise OllamaModelMissing(
                f"The summary was put together from quotes, because Ollama does not have the model {model}."
            )
        info = client.show(found.name)
        if info.remote_host and not allow_remote:
            raise OllamaModelMissing(
                f"The summary was put together from quotes, because the model {found.name} runs on another "
                "server: the transcript would leave this machine.",
                "Choose another model. The administrator of this site can allow it by naming it in OLLAMA_MODEL.",
            )
        return found, info
    for found in client.models():
        try:
            info = client.show(found.name)
        except OllamaRefused as error:
            log.warning("Ollama's model %s is skipped: %s", found.name, for_log(error))
            continue
        if info.is_local_writer:
            return found, info
    raise OllamaModelMissing()
