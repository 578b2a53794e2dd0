"""The state of Ollama, for `models list` and `doctor`: its models, which one writes summaries, and what is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

import config
from core import model_trials
from core.database.tables import ModelTrial
from webapp.formats import size
from webapp.trial_words import NO_CHAT_FORM, describe_figures, describe_memory, describe_verdict

if TYPE_CHECKING:
    from pipeline.ollama.client import OllamaClient
    from pipeline.ollama.model_info import InstalledModel, ModelInfo, RunningModel

ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """An installed model, its details, and how it is loaded now (None if it is not).

    `problem` says why Ollama cannot return the details: the model is damaged. `trial` is its trial, if there was one.
    """

    installed: InstalledModel
    info: ModelInfo | None
    running: RunningModel | None
    problem: str = ""
    trial: ModelTrial | None = None


@dataclass(frozen=True, slots=True)
class OllamaStatus:
    """A server and its models. `used` is the model that writes summaries, None if there is none; `why` explains it."""

    version: str
    models: tuple[ModelStatus, ...]
    used: ModelStatus | None
    why: str


START = "Start it with `ollama serve`, or set OLLAMA_HOST to where it runs."


class OllamaUnavailable(Exception):
    """Nothing answers, or something other than Ollama does; the text says which, `fix` what to do."""

    def __init__(self, why: str, fix: str = START) -> None:
        super().__init__(why)
        self.fix = fix


def query_ollama(settings: config.Settings) -> OllamaStatus:
    """Query the server. Raises OllamaUnavailable."""
    from pipeline.errors import OllamaUnreachable
    from pipeline.ollama.client import OllamaClient
    from pipeline.ollama.errors import OllamaRefused
    from pipeline.ollama.failures import FailureReason, to_failure

    try:
        with OllamaClient(settings.ollama_host, answer_seconds=ANSWER_SECONDS) as client:
            return _query(client, settings.ollama_model)
    except OllamaUnreachable as error:
        failure = to_failure(error)
        if failure is None or failure.reason is FailureReason.AWAY:
            raise OllamaUnavailable("does not answer") from error
        raise OllamaUnavailable(f"cannot be used: {failure.why}", failure.fix) from error
    except OllamaRefused as error:
        raise OllamaUnavailable(f"does not work: {error.message}") from error


def _query(client: OllamaClient, wanted: str | None) -> OllamaStatus:
    from pipeline.errors import OllamaModelMissing
    from pipeline.ollama.errors import OllamaRefused
    from pipeline.ollama.model_names import name_key
    from pipeline.ollama.model_selection import select_model

    version = client.version()
    running = {name_key(model.name): model for model in client.running()}
    trials = _read_trials()
    models = tuple(
        replace(_query_model(client, model, running.get(name_key(model.name))), trial=trials.get(model.digest))
        for model in client.models()
    )
    failed = frozenset(digest for digest, trial in trials.items() if trial.problems)
    try:
        chosen, _ = select_model(client, wanted, failed=failed)
    except OllamaModelMissing:
        missing = f"Ollama does not have {wanted}, which OLLAMA_MODEL names"
        none = "no model that runs here can chat, has a chat template and did not fail its trial"
        return OllamaStatus(version, models, None, missing if wanted else none)
    except OllamaRefused as error:
        return OllamaStatus(version, models, None, f"Ollama could not describe a model: {error.message}")
    used = next((model for model in models if model.installed.name == chosen.name), None)
    return OllamaStatus(version, models, used, "named in OLLAMA_MODEL" if wanted else "the first that is fit")


def _read_trials() -> dict[str, ModelTrial]:
    try:
        return {trial.digest: trial for trial in model_trials.list_all()}
    except SQLAlchemyError:
        return {}  # the database check reports the problem


def _query_model(client: OllamaClient, model: InstalledModel, running: RunningModel | None) -> ModelStatus:
    from pipeline.ollama.errors import OllamaRefused

    try:
        return ModelStatus(model, client.show(model.name), running)
    except OllamaRefused as error:
        return ModelStatus(model, None, running, error.message)


def describe_models(settings: config.Settings) -> Iterator[str]:
    """The lines of `models list` about Ollama."""
    try:
        status = query_ollama(settings)
    except OllamaUnavailable as error:
        yield f"Ollama at {settings.ollama_name} {error}, so summaries are made of quotes."
        yield error.fix
        return
    for model in status.models:
        yield _describe(model, f"used: {status.why}" if model == status.used else "")
        if model.problem:
            yield f"{'':12} is damaged: Ollama says {model.problem}"
        if model.info and model.info.remote_host:
            yield f"{'':12} runs at {model.info.remote_host}: transcripts leave this machine"
        if model.trial and model.trial.tried_at:
            yield f"{'':12} on trial: {describe_verdict(model.trial)}"
            figures = filter(None, (describe_figures(model.trial), describe_memory(model.trial)))
            yield f"{'':12} {', '.join(figures)}".rstrip()
        if model.running:
            yield f"{'':12} {describe_loaded(model.running)}"
    if status.used is None:
        yield f"Summaries are made of quotes: {status.why}."
        yield "Import a model with `flask import-ollama-models`, or set OLLAMA_MODEL."
    yield f"Ollama, {describe_version(status.version)}, at {settings.ollama_name}"


def describe_version(version: str) -> str:
    """The version of a server; one that somebody built from source has none."""
    return "built from source" if version == "0.0.0" else f"version {version}"


def _describe(model: ModelStatus, note: str) -> str:
    window = f"{model.info.window:,} tokens" if model.info and model.info.window else "unknown"
    quantization, bytes_used = model.installed.quantization, size(model.installed.size)
    if model.info and not model.info.can_chat:
        note = note or "cannot chat"
    elif model.info and not model.info.has_chat_form:
        note = "; ".join(filter(None, (note, NO_CHAT_FORM)))
    name = model.installed.name
    return f"{'language':12} {name:28} {bytes_used:>11}  {quantization:8} window {window}  {note}".rstrip()


def describe_loaded(running: RunningModel) -> str:
    """A loaded model: its actual context window, and how much of it is on the GPU."""
    if running.size_vram >= running.size:
        where = f"{size(running.size)}, all on the GPU"
    elif running.size_vram:
        share = running.size_vram / running.size
        where = f"{size(running.size_vram)} of {size(running.size)} on the GPU ({share:.0%})"
    else:
        where = f"{size(running.size)}, all on the CPU"
    return f"loaded now: {running.window:,} tokens, {where}"
