"""What `flask doctor` checks in Ollama."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu, ollama_circuit
from core.clock import utc_now
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.cli.ollama_status import (
    ModelStatus,
    OllamaStatus,
    OllamaUnavailable,
    describe_loaded,
    describe_version,
    query_ollama,
)
from webapp.formats import hour, size
from webapp.trial_words import NO_CHAT_FORM, describe_verdict

if TYPE_CHECKING:
    from pipeline.ollama.model_info import RunningModel

IMPORT_INSTRUCTION_MODEL = (
    "Import an instruction model with `flask import-ollama-models --force`, which gives it its template, or remove "
    "this one with `ollama rm`."
)
UPDATE = "Update Ollama: https://ollama.com/download"


def check_ollama(settings: config.Settings) -> Iterator[CheckResult]:
    """Check that Ollama answers, its version, the model it uses, the context window, and where models are loaded."""
    yield from _check_circuit(settings)
    try:
        status = query_ollama(settings)
    except OllamaUnavailable as error:
        fix = f"{error.fix} Until then summaries are quotes."
        yield check_result.warning("ollama", f"{settings.ollama_name} {error}", fix)
        return
    yield _check_version(settings, status.version)
    yield _check_model(status)
    if status.used:
        yield _check_window(settings, status.used)
    for model in status.models:
        if model.problem:
            state = f"{model.installed.name} is damaged: {model.problem}"
            fix = f"Import it again with --force, or remove it with `ollama rm {model.installed.name}`."
            yield check_result.warning("ollama model", state, fix)
    for model in status.models:
        if model != status.used:
            yield from _check_chat_form(model)
    for model in status.models:
        if model.running:
            yield _check_memory(settings, model.running)


def _check_circuit(settings: config.Settings) -> Iterator[CheckResult]:
    """After repeated failures Ollama is not called for a while."""
    try:
        circuit = ollama_circuit.read_circuit(settings.ollama_name, utc_now())
    except SQLAlchemyError:
        return  # the database check reports the problem
    if circuit.open_until:
        failures = f"failed {circuit.failures} times in a row (it {circuit.why})"
        fix = "Fix the problems below, or read Ollama's log. “Write again” on a recording's page calls it at once."
        state = f"{failures} and is not called until {hour(circuit.open_until)}"
        yield check_result.warning("ollama", state, fix)


def _check_version(settings: config.Settings, version: str) -> CheckResult:
    from ollama_import.versions import CREATE_VERSION, SHIFT_VERSION, is_older

    state = f"{settings.ollama_name}, {describe_version(version)}"
    if is_older(version, CREATE_VERSION):
        state += f": models cannot be imported before {CREATE_VERSION}"
        return check_result.warning("ollama", state, f"{UPDATE}.")
    if is_older(version, SHIFT_VERSION):
        state += f": before {SHIFT_VERSION} it silently cuts a prompt that is too long"
        return check_result.warning("ollama", state, f"{UPDATE}.")
    return check_result.ok("ollama", state)


def _check_model(status: OllamaStatus) -> CheckResult:
    component = "ollama model"
    if status.used is None:
        installed = ", ".join(model.installed.name for model in status.models) or "none"
        fix = f"Import one with `flask import-ollama-models`, or set OLLAMA_MODEL. Ollama has: {installed}."
        return check_result.warning(component, status.why, fix)
    info, name = status.used.info, status.used.installed.name
    if info and not info.can_chat:
        return check_result.warning(component, f"{name} cannot chat, so it cannot summarise", "Change OLLAMA_MODEL.")
    if info and info.remote_host:
        state = f"{name} runs at {info.remote_host}: the transcript of a recording leaves this machine"
        return check_result.warning(component, state, "Set OLLAMA_MODEL to a model that runs here.")
    if info and not info.has_chat_form:
        state = f"{name} is a base model, or was imported without its chat template: recaps are poor"
        return check_result.warning(component, state, IMPORT_INSTRUCTION_MODEL)
    if status.used.trial and status.used.trial.problems:
        state = f"{name} is {describe_verdict(status.used.trial)}"
        return check_result.warning(
            component, state, "Choose another model in OLLAMA_MODEL; try it with `flask models try`."
        )
    details = f"{size(status.used.installed.size)} {status.used.installed.quantization}".rstrip()
    tried = f"; {describe_verdict(status.used.trial)}" if status.used.trial else ""
    return check_result.ok(component, f"{name}, {details}, {status.why}{tried}")


def _check_chat_form(model: ModelStatus) -> Iterator[CheckResult]:
    """A model that is not used by itself, and why."""
    if model.info and model.info.is_local_writer and not model.info.has_chat_form:
        state = f"{model.installed.name}: {NO_CHAT_FORM}"
        yield check_result.ok("ollama model", state)


def _check_window(settings: config.Settings, used: ModelStatus) -> CheckResult:
    window, trained = settings.ollama_num_ctx, used.info and used.info.window
    training = f"{used.installed.name} was trained for {trained:,} tokens" if trained else "its training is unknown"
    if isinstance(window, int) and trained and window > trained:
        state = f"OLLAMA_NUM_CTX is {window:,}, but {training}; Ollama uses the smaller value"
        return check_result.warning("ollama window", state, f"Set OLLAMA_NUM_CTX to auto, or to {trained} at most.")
    chosen = "auto" if window == "auto" else f"{window:,} tokens"
    return check_result.ok("ollama window", f"{chosen}; {training}")


def _check_memory(settings: config.Settings, running: RunningModel) -> CheckResult:
    state = f"{running.name} {describe_loaded(running)}"
    on_cpu = running.size - running.size_vram
    if on_cpu <= 0:
        return check_result.ok("ollama memory", state)
    if running.size_vram:
        fix = (
            f"{size(on_cpu)} of it run on the CPU, which is slow. Set a smaller OLLAMA_NUM_CTX, use a smaller model or "
            "quantization, or close other programs that use the GPU."
        )
        return check_result.warning("ollama memory", state, fix)
    from pipeline.ollama.connection import trusts_environment

    is_local = not trusts_environment(settings.ollama_host)
    if is_local and gpu.find_gpu(settings) is None:
        return check_result.ok("ollama memory", f"{state}; this machine has no GPU")
    fix = "If Ollama's machine has a GPU, its log says why it is not used."
    return check_result.warning("ollama memory", state, fix)
