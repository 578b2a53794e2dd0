"""Speech recognition with faster-whisper: windows of samples to phrases with timed words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.engines.faster_whisper.folder import read_is_multilingual, read_window_seconds
from pipeline.engines.lazy_model import LazyModel
from pipeline.engines.place import Place
from pipeline.errors import ModelMissing, OutOfMemory, is_out_of_memory
from pipeline.recap import Phrase, Word
from pipeline.recognizer import TranscribeOptions
from pipeline.samples import SAMPLE_RATE, Samples, SlicedArray
from pipeline.voice_activity import LONGEST_WINDOW_SECONDS, TimeSpan, cut

#: The most tokens of hints that the decoder gets. faster-whisper cuts at 223, in the middle of a word.
HINT_TOKENS = 120
#: The language of speech shorter than this is only told right with silence after it.
SHORT_SECONDS = 3.0
MOST_WORKERS = 4  # on more processors, each gets several of them


def create(folder: Path, place: Place) -> WhisperRecognizer:
    """The recognizer of a model folder, not yet loaded."""
    return WhisperRecognizer(folder, place.device, place.compute_type, place.threads, place.before_load)


class WhisperRecognizer(LazyModel):
    """A Whisper model; `model` is a `faster_whisper.WhisperModel`."""

    takes_hints = True

    def __init__(
        self,
        folder: Path,
        device: str,
        compute_type: str,
        threads: int = 0,
        before_load: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(folder, device, before_load)
        self.compute_type, self.threads = compute_type, threads

    def unload(self) -> None:
        if self.is_loaded:
            self.model.model.unload_model()
        super().unload()

    def _load(self) -> Any:
        if not (self.folder / "model.bin").is_file():
            raise ModelMissing(f"The speech model {self.folder.name} is not installed: its folder has no model.bin.")
        import torch  # noqa: F401  (its wheels bring the CUDA libraries that ctranslate2 looks for)
        from faster_whisper import WhisperModel

        from pipeline.engines.faster_whisper.short_whisper import ShortWhisper

        is_short = self.window_seconds < LONGEST_WINDOW_SECONDS
        kind = partial(ShortWhisper, window_seconds=self.window_seconds) if is_short else WhisperModel
        try:
            return kind(
                str(self.folder), device=self.device, compute_type=self.compute_type,
                cpu_threads=self.threads // self.workers, num_workers=self.workers, local_files_only=True,
            )  # fmt: skip
        except (RuntimeError, ValueError, OSError) as error:
            if is_out_of_memory(error):
                raise OutOfMemory() from error
            raise ModelMissing(f"The speech model {self.folder.name} cannot be loaded: {error}") from error

    @property
    def workers(self) -> int:
        """How many batches are decoded at once: threads of their own do more than threads on the same product."""
        return max(1, min(MOST_WORKERS, self.threads)) if self.device == "cpu" else 1

    @property
    def manner(self) -> str:
        return f"beam 5, {self.compute_type} on {self.device}"

    @property
    def window_seconds(self) -> float:
        """The longest window that the model decodes well; known without loading it."""
        return min(LONGEST_WINDOW_SECONDS, read_window_seconds(self.folder))

    @property
    def is_multilingual(self) -> bool:
        """Whether the model knows other languages than English; loads it only if its folder does not tell."""
        known = None if self.is_loaded else read_is_multilingual(self.folder)
        return bool(self.model.model.is_multilingual) if known is None else known

    def tell_languages(self, pcm: Samples, stretches: Sequence[TimeSpan]) -> list[dict[str, float]]:
        """The probability of each language (by code) in each stretch, of which the first 30 s count at most."""
        from ctranslate2 import StorageView

        model = self.model
        features = [model.feature_extractor(cut(pcm, stretch))[..., :-1] for stretch in stretches]
        most = model.feature_extractor.nb_max_frames
        frames = min(most, max(each.shape[-1] for each in features))
        if frames < SHORT_SECONDS * model.frames_per_second:
            frames = most // 3
        padded = [np.pad(each[..., :frames], ((0, 0), (0, max(0, frames - each.shape[-1])))) for each in features]
        encoded = model.model.encode(StorageView.from_array(np.ascontiguousarray(np.stack(padded), dtype=np.float32)))
        return [
            {token.strip("<|>"): float(probability) for token, probability in found}
            for found in model.model.detect_language(encoded)
        ]

    def resolve_language(self, wanted: str) -> str:
        """The language that the model will use: an English-only model always uses English."""
        return wanted if self.is_multilingual else "en"

    def decode_batch(self, pcm: Samples, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
        """Decode windows in one call; returns the phrases of each, with times from the start of the recording."""
        from faster_whisper import BatchedInferencePipeline

        segments, _ = BatchedInferencePipeline(self.model).transcribe(
            SlicedArray.of(pcm),  # which reads each window when its turn comes
            language=options.language,
            task="transcribe",
            beam_size=options.beam_size,
            word_timestamps=True,
            without_timestamps=True,
            hotwords=_join(self.choose_hints(options.terms)) or None,
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

    def choose_hints(self, terms: Sequence[str]) -> list[str]:
        """The first terms that fit HINT_TOKENS."""
        chosen: list[str] = []
        for term in terms:
            text = f" {_join([*chosen, term])}"
            if len(self.model.hf_tokenizer.encode(text, add_special_tokens=False).ids) > HINT_TOKENS:
                break
            chosen.append(term)
        return chosen

    def decode_alone(self, pcm: Samples, window: TimeSpan, options: TranscribeOptions) -> list[Phrase]:
        """Decode one window with the sequential decoder, which retries at higher temperatures.

        It gets no hints: it is asked where sound is poor, and there hints become words that nobody said.
        """
        segments, _ = self.model.transcribe(
            cut(pcm, window),
            language=options.language,
            beam_size=options.beam_size,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        return [_phrase(segment, window.start) for segment in segments]


def _join(terms: Sequence[str]) -> str:
    return ", ".join(terms)


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
