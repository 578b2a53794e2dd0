"""Which of Ollama's models writes the summaries."""

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
    """The model of this name, or the first, changed last, that can chat.

    Where none is named, models that run elsewhere are passed over, since what is said in a recording would leave the
    machine, and so are damaged ones. `allow_remote` False: such a model is not taken by its name either.
    Raises OllamaModelMissing where there is none.
    """
    if model:
        found = client.find(model)
        if found is None:
            raise OllamaModelMissing(
                f"The summary was put together from quotes, because Ollama does not have the model {model}."
            )
        card = client.show(found.name)
        if card.remote_host and not allow_remote:
            raise OllamaModelMissing(
                f"The summary was put together from quotes, because the model {found.name} runs elsewhere: what is "
                "said in the recording would leave this machine.",
                "Choose another model. Who runs this site may allow it by naming it in OLLAMA_MODEL.",
            )
        return found, card
    for found in client.models():
        try:
            card = client.show(found.name)
        except OllamaRefused as error:
            log.warning("Ollama's model %s is passed over: %s", found.name, for_log(error))
            continue
        if card.is_ours:
            return found, card
    raise OllamaModelMissing()
