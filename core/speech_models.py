"""The speech models of a machine: what is installed, and which is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import config
from core.speech_memory import MemoryBudget, needed_bytes
from pipeline.errors import DiarizationMissing, ModelMissing

Kind = Literal["whisper", "diarization"]

#: The file in the folder of a model that lists its files and their sums (`model_store.manifest`).
MANIFEST = "realrecap-model.json"
#: The folder in MODELS_DIR in which models are collected before they are moved to their place.
PARTIAL = ".partial"

DEMO_FOLDER = config.ROOT / "demo"
#: Up to this size of model file a CPU recognises speech faster than it is spoken (Whisper "small" has 480 MB).
LARGEST_ON_CPU = 600_000_000


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model folder. `size_bytes` is its largest file."""

    name: str
    folder: Path
    kind: Kind
    size_bytes: int
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model and why it was taken, in words for the owner."""

    model: SpeechModel
    why: str


def read_folder(folder: Path) -> SpeechModel | None:
    """What a folder holds, None where it is no speech model."""
    kind: Kind
    if (folder / "model.bin").is_file() and (folder / "config.json").is_file():
        kind = "whisper"
    elif (folder / "config.yaml").is_file() and "pyannote" in (folder / "config.yaml").read_text(errors="replace"):
        kind = "diarization"
    else:
        return None
    size = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return SpeechModel(folder.name, folder, kind, size, is_demo=folder.parent == DEMO_FOLDER)


def list_models(folder: Path) -> list[SpeechModel]:
    """The models in a folder's subfolders, by name."""
    if not folder.is_dir():
        return []
    # what is being downloaded lies in a hidden folder
    visible = (child for child in sorted(folder.iterdir()) if child.is_dir() and not child.name.startswith("."))
    found = (read_folder(child) for child in visible)
    return [model for model in found if model]


def list_installed(settings: config.Settings) -> list[SpeechModel]:
    """The installed models, and the demo models where they may be used."""
    demo = [] if settings.demo_models == "never" else list_models(DEMO_FOLDER)
    return list_models(settings.models) + demo


def list_unfinished(folder: Path) -> list[tuple[str, int]]:
    """Downloads that have stopped or are under way: the name of the model, and the bytes that are there."""
    found = (
        child
        for child in sorted((folder / PARTIAL).glob("*"))
        if child.is_dir() and child.suffix not in (".old", ".import")
    )
    sizes = ((child.name, sum(path.stat().st_size for path in child.rglob("*") if path.is_file())) for child in found)
    return [(name, count) for name, count in sizes if count]


def choose_whisper(settings: config.Settings, budget: MemoryBudget) -> ModelChoice:
    """The model that recognises speech with this memory. Raises ModelMissing."""
    if settings.demo_models != "always" and settings.whisper_model != "auto":
        return ModelChoice(_named(settings.whisper_model, "whisper", settings), "named in WHISPER_MODEL")
    installed = [model for model in list_models(settings.models) if model.kind == "whisper"]
    if settings.demo_models == "always" or not installed:
        return _demo("whisper", settings)
    return _choose_by_memory(sorted(installed, key=lambda model: model.size_bytes), settings, budget)


def _choose_by_memory(models: list[SpeechModel], settings: config.Settings, budget: MemoryBudget) -> ModelChoice:
    """The largest that fits and, without a GPU, is quick enough; `models` begins with the smallest."""
    needs = {model.folder: needed_bytes(model.size_bytes, settings, budget.on_gpu) for model in models}
    fitting = [model for model in models if budget.allows(needs[model.folder])]
    if not fitting:
        why = f"the smallest installed one; it needs {_gigabytes(needs[models[0].folder])}, and there is {budget}"
        return ModelChoice(models[0], why)
    quick = [model for model in fitting if budget.on_gpu or model.size_bytes <= LARGEST_ON_CPU]
    if not quick:
        return ModelChoice(fitting[0], f"the smallest installed one; without a GPU it is slow ({budget})")
    best = quick[-1]
    where = "" if budget.on_gpu else " and is quick without a GPU"
    which = "the only installed one" if len(models) == 1 else "the largest installed one"
    return ModelChoice(best, f"{which} that fits{where}: it needs {_gigabytes(needs[best.folder])} of {budget}")


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def choose_diarization(settings: config.Settings, with_demo: bool) -> ModelChoice:
    """The model that tells speakers apart; the demo one only beside the demo recogniser. Raises DiarizationMissing."""
    if settings.diarization_model == "none":
        raise DiarizationMissing(
            "The speakers were not identified: that is switched off. The transcript is complete.",
            "Set DIARIZATION_MODEL to auto, then try again.",
        )
    if with_demo and settings.diarization_model == "auto":
        return _demo("diarization", settings)
    try:
        if settings.diarization_model != "auto":
            return ModelChoice(
                _named(settings.diarization_model, "diarization", settings), "named in DIARIZATION_MODEL"
            )
        installed = [model for model in list_models(settings.models) if model.kind == "diarization"]
    except ModelMissing as error:
        raise DiarizationMissing(
            f"The speakers were not identified: {error.message} The transcript is complete.", error.hint
        ) from error
    if not installed:
        raise DiarizationMissing(
            "The speakers were not identified: the speaker model is not installed. The transcript is complete."
        )
    return ModelChoice(installed[0], "the installed one")


def _named(name: str, kind: Kind, settings: config.Settings) -> SpeechModel:
    for folder in (settings.models / name, Path(name).expanduser(), DEMO_FOLDER / name):
        model = read_folder(folder) if folder.is_dir() else None
        if model and model.kind == kind:
            return model
    setting = "WHISPER_MODEL" if kind == "whisper" else "DIARIZATION_MODEL"
    raise ModelMissing(
        f"The speech model {name} is not installed.",
        f"Install it with `flask models pull`, or change {setting}. `flask models list` shows what is there.",
    )


def _demo(kind: Kind, settings: config.Settings) -> ModelChoice:
    models = [model for model in list_models(DEMO_FOLDER) if model.kind == kind]
    if settings.demo_models == "never" or not models:
        raise ModelMissing(
            "No speech model is installed.", "Run `flask models pull`. `flask models list` shows what is there."
        )
    return ModelChoice(
        models[0], "no other is installed" if settings.demo_models == "auto" else "DEMO_MODELS is always"
    )
