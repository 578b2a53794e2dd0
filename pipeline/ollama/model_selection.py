"""Selects the model that writes the summaries."""

from __future__ import annotations

import logging
from collections.abc import Collection

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.ollama.model_info import InstalledModel, ModelInfo
from pipeline.recap import Notice

log = logging.getLogger(__name__)

NONE_IS_FIT = (
    "The summary was put together from quotes, because each model that Ollama has is a base model, has no chat "
    "template, or failed its trial."
)
IMPORT_AGAIN = (
    "Import an instruction model with `flask import-ollama-models --force`, which finds its template, then write the "
    "recap again."
)


def select_model(
    client: OllamaClient, model: str | None, *, allow_remote: bool = True, failed: Collection[str] = ()
) -> tuple[InstalledModel, ModelInfo]:
    """The model of this name, or else the most recently changed one that can chat.

    Without a name these are skipped: damaged models; remote ones, because the transcript would leave the machine; those
    without the form of a chat, such as base models; those whose digest is in `failed`, because they wrote a poor recap
    on trial. With `allow_remote` False a remote model is not accepted by name either. Raises OllamaModelMissing if
    there is none.
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
    poor = False
    for found in client.models():
        try:
            info = client.show(found.name)
        except OllamaRefused as error:
            log.warning("Ollama's model %s is skipped: %s", found.name, for_log(error))
            continue
        if info.is_local_writer and info.has_chat_form and found.digest not in failed:
            return found, info
        poor = poor or info.is_local_writer
    raise OllamaModelMissing(NONE_IS_FIT, IMPORT_AGAIN) if poor else OllamaModelMissing()


def find_doubt(found: InstalledModel, info: ModelInfo, failed: Collection[str]) -> Notice | None:
    """Why the recap of a model that was named is likely to be poor; None if nothing speaks against it."""
    if not info.has_chat_form:
        return Notice(
            "model_without_chat_template",
            f"The model {found.name} has no chat template: it is a base model, or was imported without it. The recap "
            "is likely to be poor.",
            IMPORT_AGAIN,
        )
    if found.digest in failed:
        return Notice(
            "model_failed_trial",
            f"The model {found.name} recapped the trial meeting poorly, so this recap is likely to be poor as well.",
            "Choose another model and write the recap again.",
        )
    return None
