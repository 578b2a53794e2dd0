"""Speech recognition with onnx-asr: NVIDIA's Parakeet TDT, which tells the time of each token, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.engines.catalogue import ONNX_ASR
from pipeline.engines.lazy_model import LazyModel
from pipeline.engines.onnx_asr.languages import PARAKEET_CODES, tell_language
from pipeline.engines.onnx_asr.words import to_phrases
from pipeline.engines.place import Place
from pipeline.errors import ModelMissing, OutOfMemory, is_out_of_memory
from pipeline.languages import language_name
from pipeline.recap import Phrase
from pipeline.recognizer import TranscribeOptions
from pipeline.samples import Samples
from pipeline.voice_activity import LONGEST_WINDOW_SECONDS, TimeSpan, cut

#: Parakeet v2 knows English alone and has 1,025 tokens; v3 knows 25 languages and has 8,193.
MOST_ENGLISH_TOKENS = 2000


def create(folder: Path, place: Place) -> OnnxRecognizer:
    """The recognizer of a model folder, not yet loaded."""
    return OnnxRecognizer(folder, place.device, place.threads, place.before_load)


class OnnxRecognizer(LazyModel):
    """A Parakeet TDT model in the ONNX format; `model` is the adapter of onnx-asr that tells times."""

    takes_hints = False
    workers = 1
    #: The encoder knows positions up to about 35 s.
    window_seconds = LONGEST_WINDOW_SECONDS

    def __init__(
        self, folder: Path, device: str, threads: int = 0, before_load: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(folder, device, before_load)
        self.threads = threads

    @property
    def manner(self) -> str:
        place = "cuda" if _providers(self.device)[0].startswith("CUDA") else "cpu"
        return f"greedy, {self._quantization or 'float32'} on {place}"

    @property
    def _quantization(self) -> str | None:
        """Weights in int8 are used only where there are no others."""
        return None if (self.folder / "encoder-model.onnx").is_file() else "int8"

    def _load(self) -> Any:
        name = self.folder.name
        if not self.folder.is_dir() or not ONNX_ASR.owns(self.folder):
            raise ModelMissing(f"The speech model {name} is not installed: its folder lacks files.")
        try:
            from onnx_asr import load_model
            from onnxruntime import SessionOptions
        except ImportError as error:
            raise ModelMissing(f"The speech model {name} needs onnx-asr, which is missing.", ONNX_ASR.hint) from error
        options = SessionOptions()
        options.intra_op_num_threads = self.threads
        try:
            # this name is that of a type, which has no repository: nothing is ever downloaded
            return load_model(
                "nemo-conformer-tdt", self.folder, quantization=self._quantization, sess_options=options,
                providers=_providers(self.device),
            ).with_timestamps()  # fmt: skip
        except Exception as error:  # a broken model can raise anything
            if is_out_of_memory(error):
                raise OutOfMemory() from error
            raise ModelMissing(f"The speech model {name} cannot be loaded: {type(error).__name__}.") from error

    @property
    def is_multilingual(self) -> bool:
        """Whether the model knows other languages than English: told by the size of its vocabulary."""
        with (self.folder / "vocab.txt").open("rb") as tokens:
            return sum(1 for _ in tokens) > MOST_ENGLISH_TOKENS

    def tell_languages(self, pcm: Samples, stretches: Sequence[TimeSpan]) -> list[dict[str, float]]:
        """The probability of each language in each stretch, told by the words heard: the model itself does not tell."""
        return [tell_language(heard.text) for heard in self._recognize(pcm, stretches)]

    def resolve_language(self, wanted: str) -> str:
        """The language asked for, which the model finds by itself. Raises ModelMissing if it does not know it."""
        if not self.is_multilingual:
            return "en"
        if wanted not in PARAKEET_CODES:
            raise ModelMissing(
                f"The speech model {self.folder.name} does not know {language_name(wanted)}.",
                "Set WHISPER_MODEL to a Whisper model, then try again.",
            )
        return wanted

    def decode_batch(self, pcm: Samples, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
        """Decode windows in one call; returns the phrases of each, with times from the start of the recording."""
        return [to_phrases(heard, window) for heard, window in zip(self._recognize(pcm, windows), windows, strict=True)]

    def decode_alone(self, pcm: Samples, window: TimeSpan, options: TranscribeOptions) -> list[Phrase]:
        """Decode one window; the model has no more careful way than in a batch."""
        return self.decode_batch(pcm, [window], options)[0]

    def _recognize(self, pcm: Samples, windows: Sequence[TimeSpan]) -> list[Any]:
        try:
            return list(self.model.recognize([cut(pcm, window) for window in windows]))
        except Exception as error:  # those of onnxruntime are of no common kind
            if is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise


def _providers(device: str) -> list[str]:
    """What computes: a GPU only where onnxruntime was built for it."""
    from onnxruntime import get_available_providers

    gpu = [name for name in ("CUDAExecutionProvider",) if device == "cuda" and name in get_available_providers()]
    return [*gpu, "CPUExecutionProvider"]
