"""What `flask doctor` looks at in Ollama."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu, ollama_circuit
from core.clock import utc_now
from webapp.findings import Finding
from webapp.formats import hour, size
from webapp.ollama_models import Listed, OllamaAway, OllamaView, describe_loaded, look

if TYPE_CHECKING:
    from pipeline.ollama.model_info import RunningModel

UPDATE = "Update Ollama: https://ollama.com/download"
LOCAL_HOSTS = ("://127.", "://localhost", "://[::1]")


def check_ollama(settings: config.Settings) -> Iterator[Finding]:
    """Whether it answers, how old it is, which model it uses, with which window, and where that is loaded."""
    yield from _check_rest(settings)
    try:
        view = look(settings)
    except OllamaAway as error:
        fix = "Start it with `ollama serve`, or set OLLAMA_HOST to where it runs. Until then summaries are quotes."
        yield Finding("ollama", f"{settings.ollama_host} {error}", fix)
        return
    yield _check_version(settings, view.version)
    yield _check_model(view)
    if view.used:
        yield _check_window(settings, view.used)
    for one in view.models:
        if one.problem:
            fix = f"Import it again with --force, or remove it with `ollama rm {one.installed.name}`."
            yield Finding("ollama model", f"{one.installed.name} is damaged: {one.problem}", fix)
    for one in view.models:
        if one.running:
            yield _check_memory(settings, one.running)


def _check_rest(settings: config.Settings) -> Iterator[Finding]:
    """After failures in a row Ollama is left alone for a while."""
    try:
        state = ollama_circuit.look(settings.ollama_host, utc_now())
    except SQLAlchemyError:
        return  # the check of the database says what is wrong with it
    if state.resting_until:
        told = f"failed {state.failures} times in a row (it {state.why})"
        fix = "Mend what is told below, or see Ollama's log. “Write again” on a recording's page asks it at once."
        yield Finding("ollama", f"{told} and is left alone until {hour(state.resting_until)}", fix)


def _check_version(settings: config.Settings, version: str) -> Finding:
    from ollama_import.versions import CREATE_VERSION, SHIFT_VERSION, is_older

    state = f"{settings.ollama_host}, version {version}"
    if is_older(version, CREATE_VERSION):
        return Finding("ollama", f"{state}: models cannot be imported before {CREATE_VERSION}", f"{UPDATE}.")
    if is_older(version, SHIFT_VERSION):
        danger = f"before {SHIFT_VERSION} it cuts a prompt that is too long and does not say so"
        return Finding("ollama", f"{state}: {danger}", f"{UPDATE}.")
    return Finding("ollama", state)


def _check_model(view: OllamaView) -> Finding:
    if view.used is None:
        have = ", ".join(one.installed.name for one in view.models) or "none"
        fix = f"Import one with `flask import-ollama-models`, or name one in OLLAMA_MODEL. Ollama has: {have}."
        return Finding("ollama model", view.why, fix)
    card, name = view.used.card, view.used.installed.name
    if card and not card.can_chat:
        return Finding("ollama model", f"{name} cannot chat, so it cannot summarise", "Name another in OLLAMA_MODEL.")
    if card and card.remote_host:
        state = f"{name} runs at {card.remote_host}: what is said in a recording leaves this machine"
        return Finding("ollama model", state, "Name a model in OLLAMA_MODEL that runs here.")
    of = f"{size(view.used.installed.size)} {view.used.installed.quantization}".rstrip()
    return Finding("ollama model", f"{name}, {of}, {view.why}")


def _check_window(settings: config.Settings, used: Listed) -> Finding:
    wanted, trained = settings.ollama_num_ctx, used.card and used.card.window
    knows = f"{used.installed.name} was trained for {trained:,} tokens" if trained else "its training is not known"
    if isinstance(wanted, int) and trained and wanted > trained:
        state = f"OLLAMA_NUM_CTX is {wanted:,}, but {knows}; Ollama takes the smaller"
        return Finding("ollama window", state, f"Set OLLAMA_NUM_CTX to auto, or to {trained} at most.")
    chosen = "auto" if wanted == "auto" else f"{wanted:,} tokens"
    return Finding("ollama window", f"{chosen}; {knows}")


def _check_memory(settings: config.Settings, running: RunningModel) -> Finding:
    state = f"{running.name} {describe_loaded(running)}"
    spilt = running.size - running.size_vram
    if spilt <= 0:
        return Finding("ollama memory", state)
    if running.size_vram:
        fix = (
            f"{size(spilt)} of it run on the CPU, which is slow. Set a smaller OLLAMA_NUM_CTX, take a smaller model or "
            "quantization, or close what else uses the GPU."
        )
        return Finding("ollama memory", state, fix)
    is_here = any(host in settings.ollama_host for host in LOCAL_HOSTS)
    if is_here and gpu.find_gpu(settings) is None:
        return Finding("ollama memory", f"{state}; this machine has no GPU")
    return Finding("ollama memory", state, "If Ollama's machine has a GPU, its log says why it is not used.")
