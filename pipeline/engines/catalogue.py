"""The engines: what their models look like, and where their code is. Loads none of them, so web processes may ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.diarize import Diarizer
    from pipeline.engines.place import Place
    from pipeline.recognizer import Recognizer

Kind = Literal["whisper", "diarization"]


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """An engine. `name` is its folder, `package` what it is called on PyPI, `module` what is imported of it.

    `needs` are the files (patterns) without which a folder is none of its models, and the first holds `mark`.
    `may_have` are patterns of the others. `extra` is the file that installs it, "" for one that is always there.
    """

    name: str
    kind: Kind
    package: str
    module: str
    needs: tuple[str, ...]
    may_have: tuple[str, ...] = ()
    mark: str = ""
    extra: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether its package is there; that of an engine which is always installed is not looked for."""
        return not self.extra or find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """The version of its package. Raises PackageNotFoundError."""
        return version(self.package)

    @property
    def hint(self) -> str:
        """How its package is installed."""
        return f"Install it with `.venv/bin/pip install --require-hashes -r {self.extra}`, then restart the workers."

    def lacks(self, paths: Iterable[str]) -> list[str]:
        """The needed files that are not among these paths."""
        there = list(paths)
        return [pattern for pattern in self.needs if not any(fnmatch(path, pattern) for path in there)]

    def owns(self, folder: Path) -> bool:
        """Whether a folder holds one of its models. Raises OSError."""
        if self.lacks(path.name for path in folder.iterdir() if path.is_file()):
            return False
        return not self.mark or self.mark in (folder / self.needs[0]).read_text(errors="replace")

    def create(self, folder: Path, place: Place) -> Recognizer | Diarizer:
        """The engine for a model folder, not yet loaded."""
        engine: Recognizer | Diarizer = import_module(f"pipeline.engines.{self.name}.engine").create(folder, place)
        return engine


FASTER_WHISPER = EngineEntry(
    "faster_whisper", "whisper", "faster-whisper", "faster_whisper",
    needs=("model.bin", "config.json"),
    may_have=("preprocessor_config.json", "tokenizer.json", "vocabulary.*"),
)  # fmt: skip
ONNX_ASR = EngineEntry(
    "onnx_asr", "whisper", "onnx-asr", "onnx_asr",
    needs=("vocab.txt", "config.json", "encoder-model*.onnx", "decoder_joint-model*.onnx"),
    may_have=("encoder-model*.onnx.data",),
    extra="requirements-onnx-asr.txt",
)  # fmt: skip
PYANNOTE = EngineEntry(
    "pyannote", "diarization", "pyannote.audio", "pyannote.audio",
    needs=("config.yaml",),
    may_have=("*.bin", "*.npz", "*.safetensors", "*/config.yaml", "*/*.bin", "*/*.npz", "*/*.safetensors"),
    mark="pyannote",
)  # fmt: skip
SPEAKRS = EngineEntry(
    "speakrs", "diarization", "speakrs", "speakrs",
    needs=(
        "segmentation-3.0.safetensors",
        "wespeaker-multimask-tail.safetensors",
        "wespeaker-voxceleb-resnet34.min_num_samples.txt",
        *(f"plda_{part}.npy" for part in ("lda", "tr", "mu", "psi", "mean1", "mean2")),
    ),
    extra="requirements-speakrs.txt",
)  # fmt: skip
ENGINES = (FASTER_WHISPER, ONNX_ASR, PYANNOTE, SPEAKRS)


def find_engine(folder: Path) -> EngineEntry | None:
    """The engine whose model a folder holds."""
    return next((engine for engine in ENGINES if engine.owns(folder)), None)
