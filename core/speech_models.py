"""The speech models of a machine: what is installed, and which is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import config
from core.speech_memory import MemoryBudget, needed_bytes
from pipeline.engines.catalogue import FASTER_WHISPER, PYANNOTE, SPEAKRS, EngineEntry, Kind, find_engine
from pipeline.errors import DiarizationMissing, ModelMissing

#: The file in the folder of a model that lists its files and their sums (`model_store.manifest`).
MANIFEST = "realrecap-model.json"
#: The folder in MODELS_DIR in which models are collected before they are moved to their place.
PARTIAL = ".partial"

DEMO_FOLDER = config.ROOT / "demo"
#: The engines that DIARIZATION_ENGINE allows, the preferred one first.
DIARIZATION_ENGINES = {"pyannote": (PYANNOTE,), "speakrs": (SPEAKRS,), "auto": (PYANNOTE, SPEAKRS)}
#: Up to this size of model file a CPU recognises speech faster than it is spoken (Whisper "small" has 480 MB).
LARGEST_ON_CPU = 600_000_000


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model folder. `size_bytes` is its largest file."""

    name: str
    folder: Path
    engine: EngineEntry
    size_bytes: int
    is_demo: bool = False

    @property
    def kind(self) -> Kind:
        """What it does: `whisper` recognises speech (with whichever engine), `diarization` tells speakers apart."""
        return self.engine.kind


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model and why it was taken, in words for the owner."""

    model: SpeechModel
    why: str


def read_folder(folder: Path) -> SpeechModel | None:
    """What a folder holds, None where it is no speech model."""
    engine = find_engine(folder)
    if engine is None:
        return None
    size = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return SpeechModel(folder.name, folder, engine, size, is_demo=folder.parent == DEMO_FOLDER)


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
        named = _named(settings.whisper_model, "whisper", settings)
        if not named.engine.is_installed:
            raise ModelMissing(f"{named.name} needs {named.engine.package}, which is missing.", named.engine.hint)
        return ModelChoice(named, "named in WHISPER_MODEL")
    usable = [model for model in list_models(settings.models) if model.kind == "whisper" and model.engine.is_installed]
    whisper = [model for model in usable if model.engine is FASTER_WHISPER]
    if settings.demo_models == "always" or not usable:
        return _demo("whisper", settings)
    return _choose_by_memory(sorted(whisper or usable, key=lambda model: model.size_bytes), settings, budget)


def _choose_by_memory(models: list[SpeechModel], settings: config.Settings, budget: MemoryBudget) -> ModelChoice:
    """The largest that fits and, without a GPU, is quick enough; `models` begins with the smallest."""
    needs = {model.folder: needed_bytes(model.size_bytes, settings, budget.on_gpu, model.engine) for model in models}
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
    """The model that tells speakers apart, of an engine that DIARIZATION_ENGINE allows. Raises DiarizationMissing.

    The demo one is taken only beside the demo recogniser.
    """
    if settings.diarization_model == "none":
        raise DiarizationMissing(
            "The speakers were not identified: that is switched off. The transcript is complete.",
            "Set DIARIZATION_MODEL to auto, then try again.",
        )
    engines = DIARIZATION_ENGINES[settings.diarization_engine]
    if with_demo and settings.diarization_model == "auto" and PYANNOTE in engines:
        return _demo("diarization", settings)
    try:
        if settings.diarization_model != "auto":
            found = [_named(settings.diarization_model, "diarization", settings)]
        else:
            found = list_models(settings.models)
    except ModelMissing as error:
        raise DiarizationMissing(
            f"The speakers were not identified: {error.message} The transcript is complete.", error.hint
        ) from error
    allowed = [model for engine in engines for model in found if model.engine is engine]
    ready = [model for model in allowed if model.engine.is_installed]
    if ready:
        is_named = settings.diarization_model != "auto"
        return ModelChoice(ready[0], "named in DIARIZATION_MODEL" if is_named else "the installed one")
    raise _why_no_diarizer(settings, found, allowed, engines)


def _why_no_diarizer(
    settings: config.Settings, found: list[SpeechModel], allowed: list[SpeechModel], engines: tuple[EngineEntry, ...]
) -> DiarizationMissing:
    def missing(why: str, hint: str | None = None) -> DiarizationMissing:
        return DiarizationMissing(f"The speakers were not identified: {why}. The transcript is complete.", hint)

    if allowed or (engines == (SPEAKRS,) and not SPEAKRS.is_installed):
        engine = allowed[0].engine if allowed else SPEAKRS
        return missing(f"{engine.package} is not installed", engine.hint)
    if settings.diarization_model != "auto":
        other = found[0]
        return missing(
            f"{other.name} is a model of {other.engine.name}, which DIARIZATION_ENGINE does not allow",
            f"Set DIARIZATION_ENGINE to {other.engine.name} or auto, or change DIARIZATION_MODEL.",
        )
    pull = "Install it with `flask models pull diarization --model speakrs`, then try again."
    return missing("the speaker model is not installed", pull if engines == (SPEAKRS,) else None)


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
