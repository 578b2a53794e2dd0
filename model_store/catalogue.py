"""The speech models that RealRecap knows by name, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

import config
from core.speech_memory import MemoryBudget, needed_bytes
from core.speech_models import Kind

WHISPER_FILES = ("model.bin", "config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.*")
DIARIZATION_FILES = ("config.yaml", "*.bin", "*.npz", "*.safetensors", "*/config.yaml", "*/*.bin", "*/*.npz",
                     "*/*.safetensors")  # fmt: skip
#: Licences and cards of models are kept with them.
ABOUT_FILES = ("LICENSE*", "README.md")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model on the hub. `size_bytes` is its largest file, 0 if unknown; `about` is a phrase for people."""

    name: str
    kind: Kind
    repository: str
    size_bytes: int = 0
    about: str = ""

    @property
    def folder(self) -> str:
        """Its folder in MODELS_DIR."""
        return self.repository.rpartition("/")[2]

    def wants(self, path: str) -> bool:
        """Whether a file of the repository is part of the model."""
        patterns = WHISPER_FILES if self.kind == "whisper" else DIARIZATION_FILES
        return any(fnmatch(path, one) for one in (*patterns, *ABOUT_FILES)) and path.count("/") <= 1


#: From the best to the smallest. Sizes: two bytes for each parameter in OpenAI's list.
WHISPER_MODELS = (
    KnownModel("large-v3", "whisper", "Systran/faster-whisper-large-v3", 3_090_000_000,
               "most accurate, about five times slower than turbo"),
    KnownModel("large-v3-turbo", "whisper", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1_620_000_000,
               "nearly as accurate as large-v3, fast"),
    KnownModel("medium", "whisper", "Systran/faster-whisper-medium", 1_530_000_000, "slower than turbo, less accurate"),
    KnownModel("small", "whisper", "Systran/faster-whisper-small", 484_000_000, "for computers without a GPU"),
    KnownModel("base", "whisper", "Systran/faster-whisper-base", 145_000_000, "for little memory, makes mistakes"),
    KnownModel("tiny", "whisper", "Systran/faster-whisper-tiny", 75_500_000, "for trying out"),
)  # fmt: skip
DIARIZATION = KnownModel(
    "community-1", "diarization", "pyannote/speaker-diarization-community-1", 27_000_000, "tells speakers apart"
)
DEFAULT = "large-v3-turbo"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The model to install on a machine, and why, in words for the owner."""

    model: KnownModel
    why: str


def find_whisper(name: str) -> KnownModel | None:
    """A Whisper model by its name, or any in the CTranslate2 format by its repository (`owner/name`)."""
    known = next((one for one in WHISPER_MODELS if name in (one.name, one.folder, one.repository)), None)
    if known is None and name.count("/") == 1 and all(name.split("/")):
        return KnownModel(name, "whisper", name)
    return known


def find(name: str) -> KnownModel | None:
    """A model that RealRecap knows, by its folder."""
    return next((one for one in (*WHISPER_MODELS, DIARIZATION) if one.folder == name), None)


def recommend_whisper(settings: config.Settings, budget: MemoryBudget) -> Recommendation:
    """large-v3-turbo, or the largest smaller one that fits the memory."""
    names = [one.name for one in WHISPER_MODELS]
    candidates = WHISPER_MODELS[names.index(DEFAULT) :]
    for model in candidates:
        needed = needed_bytes(model.size_bytes, settings, budget.on_gpu)
        if budget.allows(needed):
            if model.name == DEFAULT:
                return Recommendation(model, f"the usual one; it needs {needed / 1e9:.1f} GB, and there is {budget}")
            return Recommendation(model, f"{DEFAULT} needs more than there is: {budget}")
    return Recommendation(candidates[-1], f"even the smallest needs more than there is: {budget}")
