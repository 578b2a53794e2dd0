"""The systems that `benchmarks/speech.py` compares: the product's own steps, and faster-whisper called directly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.folder_store import StageClock
from config import Settings
from core.storage.files import FileStore
from pipeline.decode.limits import DecodeLimits
from pipeline.diarize import Diarization
from pipeline.missed_speech import find_missed
from pipeline.recap import Coverage, Phrase, Transcript, WindowText, Word
from pipeline.request import Request
from pipeline.steps.context import StepContext
from pipeline.steps.listen import listen
from pipeline.voice_activity import TimeSpan
from workers.engine_cache import EngineCache

LIMITS = DecodeLimits(max_seconds=6 * 3600.0)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a system made of a recording. `spans` are the stretches of speech that the product detected (seconds)."""

    transcript: Transcript
    languages: tuple[str, ...]
    spans: tuple[TimeSpan, ...]
    coverage: Coverage | None = None

    @property
    def unheard(self) -> list[TimeSpan]:
        """Speech of a second or more without a word."""
        words = tuple(word for segment in self.transcript.segments for word in segment.words)
        return find_missed(self.spans, [Phrase(0.0, 0.0, "", 0.0, 0.0, 0.0, words)])

    @property
    def listed(self) -> list[TimeSpan]:
        """The stretches that the product says have no reliable words."""
        windows = self.coverage.not_transcribed if self.coverage else ()
        return [TimeSpan(window.start, window.end) for window in windows]

    def lines(self) -> Iterator[str]:
        """The transcript, a segment a line, and what is listed as not transcribed."""
        for segment in self.transcript.segments:
            language = getattr(segment, "language", None) or self.transcript.language
            yield f"{segment.start:8.2f} {segment.end:8.2f} {language} {segment.text}"
        for window in self.coverage.not_transcribed if self.coverage else ():
            yield f"{window.start:8.2f} {window.end:8.2f} -- {window.code}"


class System(Protocol):
    """What hears recordings."""

    def hear(self, path: Path) -> Heard: ...


class Product:
    """The steps of the product, in this process, on the models of a folder."""

    def __init__(self, models: Path, data: Path) -> None:
        self.engines = EngineCache(Settings(models_dir=models.resolve(), data_dir=data, demo_models="never"))
        self.store = FileStore(data)
        self.store.make_folders()
        self.last: Heard | None = None

    def hear(self, path: Path) -> Heard:
        """Decode a recording and go through the step `listen`."""
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        request = Request(
            recording_id=path.stem, owner_id="benchmark", upload=path, title=path.stem, filename=path.name,
            size_bytes=path.stat().st_size, sha256=sha256, uploaded_at="2026-01-01T00:00:00Z", until="diarize",
        )  # fmt: skip
        result = listen(StepContext(request, self.store, StageClock()), self.engines, LIMITS)
        transcript = result.transcript
        languages = {getattr(segment, "language", None) or transcript.language: None for segment in transcript.segments}
        spans = tuple(TimeSpan(*span) for span in result.spans)
        self.last = Heard(transcript, tuple(languages), spans, result.coverage)
        return self.last


class DirectWhisper:
    """faster-whisper's batched mode as its documentation shows it, with the product's model and batch size.

    It is asked after the product, whose voice activity says how much speech it has passed over.
    """

    def __init__(self, product: Product) -> None:
        self.product = product

    def hear(self, path: Path) -> Heard:
        """Transcribe a recording; there are no speakers."""
        from faster_whisper import BatchedInferencePipeline

        from pipeline.engines.faster_whisper.engine import WhisperRecognizer
        from pipeline.speakers.assign import assign_speakers
        from pipeline.transcribe import Transcription

        recognizer = self.product.engines.recognizer()[0]
        assert isinstance(recognizer, WhisperRecognizer)
        batch = self.product.engines.batch_size
        stock = BatchedInferencePipeline(recognizer.model)
        found, info = stock.transcribe(str(path), batch_size=batch, word_timestamps=True)
        phrases = tuple(
            Phrase(
                one.start, one.end, one.text, one.avg_logprob, one.no_speech_prob, one.compression_ratio,
                tuple(Word(word.start, word.end, word.word, word.probability) for word in one.words or ()),
            )
            for one in found
        )  # fmt: skip
        transcription = Transcription(info.language, info.language_probability, (WindowText(0, phrases),))
        transcript = assign_speakers(transcription, Diarization((), ()), info.duration)
        spans = self.product.last.spans if self.product.last else ()
        return Heard(transcript, (info.language,) if phrases else (), spans)
