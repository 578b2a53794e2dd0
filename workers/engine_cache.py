"""The engines of this machine: chosen by the settings, loaded on first use, kept warm in the worker's child."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import config
from core import gpu_check, speech_models
from core.gpu import find_free_bytes, find_gpu
from core.models_in_use import list_installed
from core.speech_memory import MemoryBudget, measure
from core.speech_models import ModelChoice, SpeechModel
from core.worker_register import WorkerModels
from pipeline.errors import DiarizationMissing, PipelineError
from pipeline.recap import Notice

if TYPE_CHECKING:
    from pipeline.diarize import Diarizer
    from pipeline.recognizer import Recognizer
    from pipeline.request import Engine
    from pipeline.summarize.engine import Summarizer
    from workers.gpu_memory import GpuMemory

log = logging.getLogger(__name__)


class EngineCache:
    """`pipeline.request.Engines` of this machine; `find_free` tells the free memory of the GPU in bytes.

    `checkpoint` is called while a job waits for memory or for Ollama, and may raise to stop it.
    """

    def __init__(self, settings: config.Settings, find_free: Callable[[], int | None] = find_free_bytes) -> None:
        self.settings, self.find_free = settings, find_free
        self.checkpoint: Callable[[], None] = lambda: None
        self.gpu = None if settings.whisper_device == "cpu" else find_gpu(settings)
        self.batch_size = settings.whisper_batch_size
        self._loaded: dict[Path, Recognizer | Diarizer] = {}
        self._told: tuple[Path, str] | None = None

    @property
    def device(self) -> str:
        """`cuda` or `cpu`."""
        if self.settings.whisper_device != "auto":
            return self.settings.whisper_device
        return "cuda" if self.gpu or self.settings.gpu_available == "true" else "cpu"

    @property
    def compute_type(self) -> str:
        """The CTranslate2 compute type in use."""
        if self.settings.whisper_compute_type != "auto":
            return self.settings.whisper_compute_type
        return "float16" if self.device == "cuda" else "int8"

    @cached_property
    def budget(self) -> MemoryBudget:
        """The memory that models are chosen by: what was free before any was loaded, so that the choice stays."""
        return measure(self.settings, self.find_free)

    def choose_whisper(self) -> ModelChoice:
        """The recogniser's model and why. Raises ModelMissing."""
        choice = speech_models.choose_whisper(self.settings, self.budget)
        if self._told != (choice.model.folder, choice.why):
            self._told = (choice.model.folder, choice.why)
            log.info("speech is recognised by %s: %s", choice.model.name, choice.why)
        return choice

    def choose_diarization(self) -> ModelChoice:
        """The model that tells speakers apart and why. Raises DiarizationMissing, ModelMissing."""
        return speech_models.choose_diarization(self.settings, with_demo=self.choose_whisper().model.is_demo)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What every recap made here has to say."""
        if not self.choose_whisper().model.is_demo:
            return ()
        return (
            Notice(
                "demo_models",
                "Made with the small demo models: expect wrong words.",
                "Install real speech models (`flask models pull`) before you rely on a recap.",
            ),
        )

    def recognizer(self) -> tuple[Recognizer, Engine]:
        """The recogniser, not yet loaded, and how it is told of. Raises ModelMissing, InternalError."""
        gpu_check.refuse_fall_back(self.settings)
        choice = self.choose_whisper()
        recognizer = cast("Recognizer", self._engine(choice.model))
        if recognizer.is_loaded:
            self._make_room()
        search, _, numbers = recognizer.manner.partition(", ")
        return recognizer, _tell(choice.model, f"{search}, batch {self.batch_size}, {numbers}; {choice.why}")

    def diarizer(self) -> tuple[Diarizer, Engine]:
        """The diarizer, not yet loaded, and how it is told of. Raises DiarizationMissing, InternalError."""
        gpu_check.refuse_fall_back(self.settings)
        model = self.choose_diarization().model
        diarizer = cast("Diarizer", self._engine(model))
        return diarizer, _tell(model, diarizer.manner)

    def _engine(self, model: SpeechModel) -> Recognizer | Diarizer:
        """The engine of a model, kept for the next job."""
        from pipeline.engines.place import Place

        if model.folder not in self._loaded:
            place = Place(self.device, self.compute_type, _threads(), self._make_room)
            self._loaded[model.folder] = model.engine.create(model.folder, place)
        return self._loaded[model.folder]

    def summarizer(self, model: str | None) -> tuple[Summarizer, Notice | None]:
        """The summariser that answers now; a notice where it is not the language model."""
        from workers import summarizer_choice

        return summarizer_choice.choose_summarizer_now(
            self.settings, model, self.shared_memory, self, lambda: self.checkpoint()
        )

    # the speech models as neighbours of a language model on one GPU

    @cached_property
    def shared_memory(self) -> GpuMemory | None:
        """The GPU's memory, where the speech models and Ollama share it."""
        from core.ollama_placement import shares_gpu
        from workers.gpu_memory import GpuMemory

        if self.device != "cuda" or not shares_gpu(self.settings):
            return None
        return GpuMemory(self.settings.ollama_host, self.find_free)

    def _make_room(self) -> None:
        if self.shared_memory:
            self.shared_memory.make_room_for_speech(self.missing_bytes(), lambda: self.checkpoint())

    def are_loaded(self) -> bool:
        """Whether a speech model is in memory."""
        return any(engine.is_loaded for engine in self._loaded.values())

    def unload(self) -> None:
        """Take the speech models out of memory; the next job loads them again."""
        for engine in self._loaded.values():
            engine.unload()

    def missing_bytes(self) -> int:
        """What the speech models still need of the GPU for a transcription."""
        from core.speech_memory import diarization_bytes, weight_bytes, work_bytes

        model = self.choose_whisper().model
        needed = work_bytes(model.size_bytes, self.batch_size, model.engine)
        if not self._is_loaded(model.folder):
            needed += weight_bytes(model.size_bytes, self.compute_type, model.engine)
        try:
            diarization = self.choose_diarization().model
        except DiarizationMissing:
            return needed
        # what it has loaded and worked with stays reserved
        return needed if self._is_loaded(diarization.folder) else needed + diarization_bytes(diarization.engine)

    def _is_loaded(self, folder: Path) -> bool:
        engine = self._loaded.get(folder)
        return engine is not None and engine.is_loaded

    def describe(self) -> WorkerModels:
        """The speech models of this worker, for the register of workers."""
        found = WorkerModels(
            budget=self.budget,
            installed=list_installed(self.settings),
            has_token=self.settings.hf_token is not None,
        )
        try:
            whisper = self.choose_whisper()
            found = replace(found, whisper=whisper.model.name, reason=whisper.why, is_demo=whisper.model.is_demo)
            return replace(found, diarization=self.choose_diarization().model.name)
        except PipelineError as error:
            return replace(found, problem=error.message, hint=error.hint)


def _tell(model: SpeechModel, settings: str) -> Engine:
    """How an engine with its model is told of. That of an extra engine goes into the identity by name."""
    from pipeline.request import Engine

    engine, identity = model.engine, identify(model.folder)
    name = f"{engine.package} {engine.version}, {model.name}"
    return Engine(f"{engine.name} {identity}" if engine.extra else identity, name, settings)


def _threads() -> int:
    return len(os.sched_getaffinity(0))


@cache
def engines(_process: int) -> EngineCache:
    """The engines of this process (ask with `os.getpid()`: a forked child makes its own)."""
    return EngineCache(config.load())


_identities: dict[tuple[object, ...], str] = {}


def identify(folder: Path) -> str:
    """What a model is: SHA-256 over the names and bytes of its files, remembered while they stay as they are."""
    about = (speech_models.MANIFEST, "LICENSE")
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md" and path.name not in about
    )
    stats = [(path, path.stat()) for path in files]
    stamp = tuple((str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino) for path, stat in stats)
    if stamp not in _identities:
        whole = hashlib.sha256()
        for path in files:
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        _identities[stamp] = whole.hexdigest()
    return _identities[stamp]
