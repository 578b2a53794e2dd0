"""Which speech models are used and why: as the GPU worker says, or without a live one, as it would choose here now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

import config
from core import speech_models, worker_register
from core.clock import utc_now
from core.speech_memory import MemoryBudget, measure
from pipeline.errors import PipelineError


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The models of recordings to come, by name; "" for one that is missing, which `problem` and `hint` tell of.

    `by_worker`: a worker said so; else it is a guess, since none is alive. `budget` is the memory they choose by.
    """

    budget: MemoryBudget
    by_worker: bool
    whisper: str = ""
    why: str = ""
    diarization: str = ""
    is_demo: bool = False
    problem: str = ""
    hint: str = ""


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
    return ModelsInUse(budget, True, told.whisper, told.reason, told.diarization, told.is_demo, told.problem, told.hint)


def _choose_here(settings: config.Settings) -> ModelsInUse:
    budget = measure(settings)
    found = ModelsInUse(budget, False)
    try:
        whisper = speech_models.choose_whisper(settings, budget)
        found = ModelsInUse(budget, False, whisper.model.name, whisper.why, is_demo=whisper.model.is_demo)
        diarization = speech_models.choose_diarization(settings, with_demo=whisper.model.is_demo)
    except PipelineError as error:
        return ModelsInUse(budget, False, found.whisper, found.why, "", found.is_demo, error.message, error.hint)
    return ModelsInUse(budget, False, found.whisper, found.why, diarization.model.name, found.is_demo)
