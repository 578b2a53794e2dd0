"""The speech models that RealRecap knows by name, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

import config
from core.speech_memory import MemoryBudget, needed_bytes
from pipeline.engines.catalogue import FASTER_WHISPER, ONNX_ASR, PYANNOTE, SPEAKRS, EngineEntry, Kind

#: Licences and cards of models are kept with them.
ABOUT_FILES = ("LICENSE*", "README.md")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model on the hub. `size_bytes` is its largest file, 0 if unknown; `about` is a phrase for people.

    `revision` is what is fetched unless another is asked for. `folder_name` and `files` (patterns) are for a repository
    that holds several models, and are otherwise those of the repository and the engine.
    """

    name: str
    engine: EngineEntry
    repository: str
    size_bytes: int = 0
    about: str = ""
    revision: str = "main"
    folder_name: str = ""
    files: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """`whisper` recognises speech, `diarization` tells speakers apart."""
        return self.engine.kind

    @property
    def folder(self) -> str:
        """Its folder in MODELS_DIR."""
        return self.folder_name or self.repository.rpartition("/")[2]

    def wants(self, path: str) -> bool:
        """Whether a file of the repository is part of the model."""
        patterns = self.files or (*self.engine.needs, *self.engine.may_have)
        return any(fnmatch(path, one) for one in (*patterns, *ABOUT_FILES)) and path.count("/") <= 1


#: From the best to the smallest. Sizes: two bytes for each parameter in OpenAI's list.
WHISPER_MODELS = (
    KnownModel("large-v3", FASTER_WHISPER, "Systran/faster-whisper-large-v3", 3_090_000_000,
               "most accurate, about five times slower than turbo"),
    KnownModel("large-v3-turbo", FASTER_WHISPER, "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1_620_000_000,
               "nearly as accurate as large-v3, fast"),
    KnownModel("medium", FASTER_WHISPER, "Systran/faster-whisper-medium", 1_530_000_000,
               "slower than turbo, less accurate"),
    KnownModel("small", FASTER_WHISPER, "Systran/faster-whisper-small", 484_000_000, "for computers without a GPU"),
    KnownModel("base", FASTER_WHISPER, "Systran/faster-whisper-base", 145_000_000, "for little memory, makes mistakes"),
    KnownModel("tiny", FASTER_WHISPER, "Systran/faster-whisper-tiny", 75_500_000, "for trying out"),
)  # fmt: skip
DIARIZATION = KnownModel(
    "community-1", PYANNOTE, "pyannote/speaker-diarization-community-1", 27_000_000, "tells speakers apart"
)
DEFAULT = "large-v3-turbo"
_PARAKEET, _PARAKEET_SMALL_FILES = "istupakov/parakeet-tdt-0.6b-v3-onnx", ("vocab.txt", "config.json")
#: Recognisers of an engine that is installed as an extra, named by the owner and never recommended.
EXTRA_RECOGNIZERS = (
    KnownModel("parakeet-tdt-0.6b-v3", ONNX_ASR, _PARAKEET, 2_440_000_000, "25 European languages, fast",
               folder_name="parakeet-tdt-0.6b-v3",
               files=(*_PARAKEET_SMALL_FILES, "encoder-model.onnx", "encoder-model.onnx.data",
                      "decoder_joint-model.onnx")),
    KnownModel("parakeet-tdt-0.6b-v3-int8", ONNX_ASR, _PARAKEET, 652_000_000,
               "the same in int8, for computers without a GPU",
               folder_name="parakeet-tdt-0.6b-v3-int8",
               files=(*_PARAKEET_SMALL_FILES, "encoder-model.int8.onnx", "decoder_joint-model.int8.onnx")),
)  # fmt: skip
#: The revision is that which speakrs 0.7.0 was made for.
EXTRA_DIARIZATION = KnownModel(
    "speakrs", SPEAKRS, "avencera/speakrs-models", 26_600_000, "tells speakers apart without torch",
    revision="67f963b6a1d94fcd4678948237b3cc8bd69bf1d8",
)  # fmt: skip
DIARIZATION_MODELS = (DIARIZATION, EXTRA_DIARIZATION)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The model to install on a machine, and why, in words for the owner."""

    model: KnownModel
    why: str


def find_whisper(name: str) -> KnownModel | None:
    """A recogniser by its name, or any Whisper model in the CTranslate2 format by its repository (`owner/name`)."""
    known = next(
        (one for one in (*WHISPER_MODELS, *EXTRA_RECOGNIZERS) if name in (one.name, one.folder, one.repository)), None
    )
    if known is None and name.count("/") == 1 and all(name.split("/")):
        return KnownModel(name, FASTER_WHISPER, name)
    return known


def find(name: str) -> KnownModel | None:
    """A model that RealRecap knows, by its folder."""
    models = (*WHISPER_MODELS, *EXTRA_RECOGNIZERS, *DIARIZATION_MODELS)
    return next((one for one in models if one.folder == name), None)


def find_diarization(name: str) -> KnownModel | None:
    """A diarization model by its name, folder or repository."""
    return next((one for one in DIARIZATION_MODELS if name in (one.name, one.folder, one.repository)), None)


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
