"""Speech to words with faster-whisper: windows in batches, each batch saved, doubtful windows heard again."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelMissing, OutOfMemory
from pipeline.recap import Phrase, WindowText, Word
from pipeline.voice_activity import LONGEST_WINDOW_SECONDS, SAMPLE_RATE, TimeSpan

#: A window with less speech than this may well have no word in it.
SPEECH_FOR_A_WORD_SECONDS = 1.0
#: Sound the language is told from, in seconds (what Whisper was trained to do it on).
LANGUAGE_SAMPLE_SECONDS = 30.0
#: What Whisper was trained on; a model that was trained otherwise says so in its folder.
USUAL_WINDOW_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TranscribeOptions:
    """How words are recognised. The limits are those of Whisper's paper (section 4.5), as faster-whisper has them."""

    language: str
    beam_size: int = 5
    max_compression_ratio: float = 2.4
    min_avg_logprob: float = -1.0


@dataclass(frozen=True, slots=True)
class Transcription:
    """The text of all windows, in order."""

    language: str
    language_probability: float
    windows: tuple[WindowText, ...]


class PartStore(Protocol):
    """Where batches are saved, so that a restart loses one of them at most."""

    def load(self) -> list[WindowText]: ...
    def save(self, number: int, texts: Sequence[WindowText]) -> None: ...


class Recognizer:
    """A Whisper model, loaded on first use; `before_load` is called first, so that memory can be made free."""

    def __init__(
        self,
        folder: Path,
        device: str,
        compute_type: str,
        threads: int = 0,
        before_load: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder, self.device, self.compute_type, self.threads = folder, device, compute_type, threads
        self.before_load = before_load
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The `faster_whisper.WhisperModel`. Raises ModelMissing where the folder holds none."""
        if self._model is None:
            self.before_load()
            self._model = self._load()
        return self._model

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    def unload(self) -> None:
        """Give the memory back; the next use loads the model again."""
        if self._model is not None:
            self._model.model.unload_model()
            self._model = None
            gc.collect()

    def _load(self) -> Any:
        if not (self.folder / "model.bin").is_file():
            raise ModelMissing(f"The speech model {self.folder.name} is not installed: its folder has no model.bin.")
        import torch  # noqa: F401  (its wheels bring the CUDA libraries that ctranslate2 looks for)
        from faster_whisper import WhisperModel

        try:
            return WhisperModel(
                str(self.folder), device=self.device, compute_type=self.compute_type, cpu_threads=self.threads,
                local_files_only=True,
            )  # fmt: skip
        except (RuntimeError, ValueError, OSError) as error:
            if is_out_of_memory(error):
                raise OutOfMemory() from error
            raise ModelMissing(f"The speech model {self.folder.name} cannot be loaded: {error}") from error

    @property
    def window_seconds(self) -> float:
        """The longest window that the model decodes well, told without loading it, as faster-whisper reads it."""
        try:
            told = json.loads((self.folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = {}
        return float(min(LONGEST_WINDOW_SECONDS, told.get("chunk_length", USUAL_WINDOW_SECONDS)))

    def detect_language(self, pcm: NDArray[np.float32], windows: Sequence[TimeSpan]) -> tuple[str, float]:
        """The language spoken and its probability, told from the first seconds of speech."""
        if not self.model.model.is_multilingual:
            return "en", 1.0
        pieces: list[NDArray[np.float32]] = []
        for window in windows:
            if sum(len(piece) for piece in pieces) >= LANGUAGE_SAMPLE_SECONDS * SAMPLE_RATE:
                break
            pieces.append(_cut(pcm, window))
        if not pieces:
            return "en", 0.0
        language, probability, _ = self.model.detect_language(np.concatenate(pieces))
        return str(language), float(probability)

    def resolve_language(self, wanted: str) -> str:
        """The language the model will use: an English-only model knows no other."""
        return wanted if self.model.model.is_multilingual else "en"

    def decode_batch(
        self, pcm: NDArray[np.float32], windows: Sequence[TimeSpan], options: TranscribeOptions
    ) -> list[list[Phrase]]:
        """Decode windows in one call; phrases for each window, times from the start of the recording."""
        from faster_whisper import BatchedInferencePipeline

        segments, _ = BatchedInferencePipeline(self.model).transcribe(
            pcm,
            language=options.language,
            task="transcribe",
            beam_size=options.beam_size,
            word_timestamps=True,
            without_timestamps=True,
            clip_timestamps=[{"start": window.start, "end": window.end} for window in windows],
            batch_size=len(windows),
        )
        heard: list[list[Phrase]] = [[] for _ in windows]
        # a segment's `seek` is the start of its window in frames of the features
        frames = self.model.frames_per_second
        index_of = {int(int(w.start * SAMPLE_RATE) / SAMPLE_RATE * frames): n for n, w in enumerate(windows)}
        for segment in segments:
            heard[index_of[segment.seek]].append(_phrase(segment, 0.0))
        return heard

    def decode_alone(self, pcm: NDArray[np.float32], window: TimeSpan, options: TranscribeOptions) -> list[Phrase]:
        """Decode one window with the sequential decoder, which tries again at higher temperatures."""
        segments, _ = self.model.transcribe(
            _cut(pcm, window),
            language=options.language,
            beam_size=options.beam_size,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        return [_phrase(segment, window.start) for segment in segments]


def _cut(pcm: NDArray[np.float32], window: TimeSpan) -> NDArray[np.float32]:
    return np.asarray(pcm[int(window.start * SAMPLE_RATE) : int(window.end * SAMPLE_RATE)])


def _phrase(segment: Any, offset: float) -> Phrase:
    words = tuple(
        Word(
            round(float(word.start) + offset, 3),
            round(float(word.end) + offset, 3),
            str(word.word),
            round(float(word.probability), 3),
        )
        for word in segment.words or ()
    )
    return Phrase(
        start=round(float(segment.start) + offset, 3),
        end=round(float(segment.end) + offset, 3),
        text=str(segment.text),
        avg_logprob=round(float(segment.avg_logprob), 3),
        no_speech_prob=round(float(segment.no_speech_prob), 3),
        compression_ratio=round(float(segment.compression_ratio), 3),
        words=words,
    )


def find_fault(phrases: Iterable[Phrase], speech_seconds: float, options: TranscribeOptions) -> str | None:
    """Why the text of a window is not to be relied on: `no_words`, `repetition`, `low_confidence`; None: it is fine."""
    phrases = list(phrases)
    if not any(phrase.words for phrase in phrases):
        return "no_words" if speech_seconds >= SPEECH_FOR_A_WORD_SECONDS else None
    if any(phrase.compression_ratio > options.max_compression_ratio for phrase in phrases):
        return "repetition"
    if any(phrase.avg_logprob < options.min_avg_logprob for phrase in phrases):
        return "low_confidence"
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an engine's error says that memory ran out."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()


def transcribe(
    pcm: NDArray[np.float32],
    windows: Sequence[TimeSpan],
    spans: Sequence[TimeSpan],
    recognizer: Recognizer,
    options: TranscribeOptions,
    parts: PartStore,
    batch_size: int,
    on_progress: Callable[[float], None],
) -> tuple[WindowText, ...]:
    """Turn the windows into text, batch by batch, each saved when it is done; saved ones are not done again.

    `on_progress` gets the share of the seconds in windows that is done, 0..1, and may raise to stop. When memory runs
    out the batch is halved; raises OutOfMemory where not even one window fits.
    """
    done: dict[int, WindowText] = {}
    for text in parts.load():
        done.setdefault(text.window, text)
    total = sum(window.seconds for window in windows) or 1.0
    left = [index for index in range(len(windows)) if index not in done]
    while left:
        on_progress(sum(windows[index].seconds for index in done) / total)
        batch = left[:batch_size]
        try:
            texts = _hear(pcm, windows, spans, batch, recognizer, options)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if batch_size == 1:
                raise OutOfMemory() from error
            batch_size = max(1, batch_size // 2)
            continue
        parts.save(batch[0], texts)
        done.update({text.window: text for text in texts})
        left = left[len(batch) :]
    on_progress(1.0)
    return tuple(done[index] for index in sorted(done))


def _hear(
    pcm: NDArray[np.float32],
    windows: Sequence[TimeSpan],
    spans: Sequence[TimeSpan],
    batch: Sequence[int],
    recognizer: Recognizer,
    options: TranscribeOptions,
) -> list[WindowText]:
    heard = recognizer.decode_batch(pcm, [windows[index] for index in batch], options)
    texts = []
    for index, phrases in zip(batch, heard, strict=True):
        speech = _speech_within(windows[index], spans)
        fault = find_fault(phrases, speech, options)
        if fault:
            again = recognizer.decode_alone(pcm, windows[index], options)
            fault_again = find_fault(again, speech, options)
            if fault_again is None or _confidence(again) > _confidence(phrases):
                phrases, fault = again, fault_again
        texts.append(WindowText(index, tuple(phrases), fault))
    return texts


def _speech_within(window: TimeSpan, spans: Sequence[TimeSpan]) -> float:
    return sum(max(0.0, min(window.end, span.end) - max(window.start, span.start)) for span in spans)


def _confidence(phrases: Sequence[Phrase]) -> float:
    """Mean log-probability by words; nothing heard is the worst."""
    words = sum(len(phrase.words) for phrase in phrases)
    if not words:
        return float("-inf")
    return sum(phrase.avg_logprob * len(phrase.words) for phrase in phrases) / words
