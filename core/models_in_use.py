"""Which speech models are used and why: as the GPU worker says, or without a live one, as it would choose here now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

import config
from core import speech_models, worker_register
from core.clock import utc_now
from core.speech_memory import MemoryBudget, measure
from core.worker_register import InstalledModel
from pipeline.errors import PipelineError


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The models of recordings to come, by name; "" for one that is missing, which `problem` and `hint` tell of.

    `by_worker`: a worker said so; else it is a guess, since none is alive. `budget` is the memory they are chosen by,
    `installed` what is in MODELS_DIR. `has_token`: HF_TOKEN is set there.
    """

    budget: MemoryBudget
    by_worker: bool
    whisper: str = ""
    why: str = ""
    diarization: str = ""
    is_demo: bool = False
    problem: str = ""
    hint: str = ""
    installed: tuple[InstalledModel, ...] = ()
    has_token: bool = False


def find_models_in_use(settings: config.Settings) -> ModelsInUse:
    """Ask the register of workers, else look into MODELS_DIR."""
    try:
        workers = worker_register.live_workers(utc_now())
    except SQLAlchemyError:
        workers = []
    serving = [worker for worker in workers if "gpu" in worker.queues]
    if not serving:
        return _choose_here(settings)
    told = max(serving, key=lambda worker: worker.seen_at).models  # one that was replaced is listed for a minute
    budget = told.budget or measure(settings)
    return ModelsInUse(
        budget,
        by_worker=True,
        whisper=told.whisper,
        why=told.reason,
        diarization=told.diarization,
        is_demo=told.is_demo,
        problem=told.problem,
        hint=told.hint,
        installed=told.installed,
        has_token=told.has_token,
    )


def _choose_here(settings: config.Settings) -> ModelsInUse:
    found = ModelsInUse(
        measure(settings), False, installed=list_installed(settings), has_token=settings.hf_token is not None
    )
    try:
        whisper = speech_models.choose_whisper(settings, found.budget)
        found = replace(found, whisper=whisper.model.name, why=whisper.why, is_demo=whisper.model.is_demo)
        diarization = speech_models.choose_diarization(settings, with_demo=whisper.model.is_demo)
    except PipelineError as error:
        return replace(found, problem=error.message, hint=error.hint)
    return replace(found, diarization=diarization.model.name)


def list_installed(settings: config.Settings) -> tuple[InstalledModel, ...]:
    """The models in MODELS_DIR of this machine."""
    models = speech_models.list_models(settings.models)
    return tuple(InstalledModel(model.name, model.kind, model.size_bytes) for model in models)
