"""What Ollama has, which of its models writes the summaries, and what is loaded: for `models list` and `doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import config
from webapp.formats import size

if TYPE_CHECKING:
    from pipeline.ollama.client import OllamaClient
    from pipeline.ollama.model_info import InstalledModel, ModelInfo, RunningModel

ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Listed:
    """An installed model, what is known of it, and how it is loaded now, None where it is not.

    `problem` is why Ollama does not tell what it knows: the model is damaged.
    """

    installed: InstalledModel
    card: ModelInfo | None
    running: RunningModel | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class OllamaView:
    """A server and its models. `used` is the one that writes summaries, and `why`; None, and why there is none."""

    version: str
    models: tuple[Listed, ...]
    used: Listed | None
    why: str


class OllamaAway(Exception):
    """Nobody, or not Ollama, answers; the text says which."""


def look(settings: config.Settings) -> OllamaView:
    """Ask the server everything. Raises OllamaAway."""
    from pipeline.errors import OllamaUnreachable
    from pipeline.ollama.client import OllamaClient
    from pipeline.ollama.errors import OllamaRefused

    try:
        with OllamaClient(settings.ollama_host, answer_seconds=ANSWER_SECONDS) as client:
            return _look(client, settings.ollama_model)
    except OllamaUnreachable as error:
        raise OllamaAway("does not answer") from error
    except OllamaRefused as error:
        raise OllamaAway(f"does not work: {error.message}") from error


def _look(client: OllamaClient, wanted: str | None) -> OllamaView:
    from pipeline.errors import OllamaModelMissing
    from pipeline.ollama.errors import OllamaRefused
    from pipeline.ollama.model_selection import select_model
    from pipeline.ollama.names import name_key

    version = client.version()
    running = {name_key(one.name): one for one in client.running()}
    models = tuple(_show(client, one, running.get(name_key(one.name))) for one in client.models())
    try:
        chosen, _ = select_model(client, wanted)
    except OllamaModelMissing:
        why = (
            f"Ollama does not have {wanted}, which OLLAMA_MODEL names" if wanted else "no model that runs here can chat"
        )
        return OllamaView(version, models, None, why)
    except OllamaRefused as error:
        return OllamaView(version, models, None, f"Ollama refused to tell of a model: {error.message}")
    used = next((one for one in models if one.installed.name == chosen.name), None)
    return OllamaView(version, models, used, "named in OLLAMA_MODEL" if wanted else "the first that can chat")


def _show(client: OllamaClient, one: InstalledModel, running: RunningModel | None) -> Listed:
    from pipeline.ollama.errors import OllamaRefused

    try:
        return Listed(one, client.show(one.name), running)
    except OllamaRefused as error:
        return Listed(one, None, running, error.message)


def describe(settings: config.Settings) -> Iterator[str]:
    """The lines of `models list`."""
    try:
        view = look(settings)
    except OllamaAway as error:
        yield f"Ollama at {settings.ollama_host} {error}, so summaries are put together from quotes."
        yield "Start it with `ollama serve`, or set OLLAMA_HOST to where it runs."
        return
    for one in view.models:
        yield _describe(one, f"used: {view.why}" if one == view.used else "")
        if one.problem:
            yield f"{'':12} is damaged: Ollama says {one.problem}"
        if one.card and one.card.remote_host:
            yield f"{'':12} runs at {one.card.remote_host}: what it summarises leaves this machine"
        if one.running:
            yield f"{'':12} {describe_loaded(one.running)}"
    if view.used is None:
        yield f"Summaries are put together from quotes: {view.why}."
        yield "Import one with `flask import-ollama-models`, or name one in OLLAMA_MODEL."
    yield f"Ollama {view.version} at {settings.ollama_host}"


def _describe(one: Listed, mark: str) -> str:
    window = f"{one.card.window:,} tokens" if one.card and one.card.window else "not known"
    kind, of = one.installed.quantization, size(one.installed.size)
    mark = mark or ("cannot chat" if one.card and not one.card.can_chat else "")
    return f"{'language':12} {one.installed.name:28} {of:>11}  {kind:8} window {window}  {mark}".rstrip()


def describe_loaded(one: RunningModel) -> str:
    """A loaded model: its real window, and how much of it is on the GPU."""
    if one.size_vram >= one.size:
        where = f"{size(one.size)}, all on the GPU"
    elif one.size_vram:
        where = f"{size(one.size_vram)} of {size(one.size)} on the GPU ({one.size_vram / one.size:.0%})"
    else:
        where = f"{size(one.size)}, all on the CPU"
    return f"loaded now: {one.window:,} tokens, {where}"
