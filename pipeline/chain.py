"""The way of a recording: from the upload to the recap and its PDF, in the steps that a queue runs one by one.

prepare      audio                                            the upload -> 16 kHz samples
process      speech, language, transcribe, diarize, transcript, summary, recap
render       pdf
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.attribute import attribute
from pipeline.audio import DecodeLimits, compute_peaks, decode, open_pcm
from pipeline.diarize import Diarization
from pipeline.errors import DiarizationMissing, OllamaUnreachable, PipelineError, no_speech, truncated
from pipeline.recap import (
    NOT_SUMMARIZED,
    Coverage,
    FailedWindow,
    Notice,
    Recap,
    Source,
    StageReport,
    Summary,
    Transcript,
    from_json,
    to_json,
)
from pipeline.rename import rename_speakers
from pipeline.speech import Speech, SpeechOptions, find_speech
from pipeline.stages import Audio, Engine, Engines, Parts, Request, Results, Store, Watch, make_key
from pipeline.summarize import Summarizer, SummaryOptions, SummaryResult, spoken_seconds
from pipeline.transcribe import TranscribeOptions, Transcription, transcribe


class Chain:
    """Makes a recap of one request, stage by stage."""

    def __init__(self, request: Request, store: Store, watch: Watch) -> None:
        self.request, self.store, self.watch = request, store, watch
        self.results = Results(store, watch)
        self.audio_key = make_key("audio", {"owner": request.owner_id}, inputs=[request.sha256])

    # prepare

    def prepare(self, limits: DecodeLimits) -> Audio:
        """Decode the upload. Raises the errors of a bad file, see `pipeline.audio.decode`."""
        self.watch.use("audio", self.audio_key)
        if not self._has_audio():
            self.watch.enter("prepare")
            self._decode(limits)
        audio: Audio = self.results.read(self.audio_key, Audio)
        return audio

    def _has_audio(self) -> bool:
        return all(self.store.find(self.audio_key, suffix) for suffix in (".f32", ".json"))

    def _decode(self, limits: DecodeLimits) -> None:
        began = time.monotonic()
        with self.store.publish(self.audio_key, ".f32") as path:
            info = decode(self.request.upload, path, limits, on_progress=self.watch.progress)
            audio = Audio(info, tuple(compute_peaks(open_pcm(path))))
        seconds = time.monotonic() - began
        settings = f"{info.codec} in {info.container}, {info.sample_rate} Hz"
        self.results.write(self.audio_key, audio, Audio, StageReport("prepare", "PyAV", settings, round(seconds, 3)))
        self.watch.saved()
        self.watch.took("prepare", "PyAV", seconds)

    # process

    def process(self, engines: Engines, limits: DecodeLimits) -> Recap:
        """Transcribe, tell the speakers apart, summarise; returns the recap."""
        audio = self.prepare(limits)
        duration = audio.info.duration_seconds
        path = self.store.find(self.audio_key, ".f32")
        if path is None:
            raise FileNotFoundError(f"the samples {self.audio_key} vanished")
        pcm = open_pcm(path)
        notices = list(engines.notices)
        if audio.info.truncated:
            notices.append(truncated(duration))

        speech, words, words_key = self._transcribe(pcm, engines)
        if not any(text.phrases for text in words.windows):
            notices.append(no_speech())
        diarization, diarization_key = self._diarize(pcm, engines, notices, bool(speech.windows))
        transcript, transcript_key = self._attribute(words, words_key, diarization, diarization_key, duration)
        result = self._summarize(transcript, transcript_key, engines, notices)
        return self._compose(audio, speech, words, transcript, result, notices)

    def _transcribe(self, pcm: NDArray[np.float32], engines: Engines) -> tuple[Speech, Transcription, str]:
        self.watch.enter("transcribe")
        recognizer, engine = engines.recognizer()
        speech_options = SpeechOptions(recognizer.window_seconds)
        speech_key, speech = self.results.run(
            "speech", speech_options, "silero", [self.audio_key], Speech,
            lambda: find_speech(pcm, speech_options, lambda _: self.watch.progress(0.0)), None,
        )  # fmt: skip
        wanted = self.request.language
        if wanted is None:
            _, (language, probability) = self.results.run(
                "language", None, engine.identity, [speech_key], tuple[str, float],
                lambda: recognizer.detect_language(pcm, speech.windows), None,
            )  # fmt: skip
        else:
            language, probability = recognizer.resolve_language(wanted), 1.0
        options = TranscribeOptions(language)
        key = make_key("transcribe", options, engine.identity, [speech_key])
        parts = Parts(self.store, key, self.watch)
        _, words = self.results.run(
            "transcribe", options, engine.identity, [speech_key], Transcription,
            lambda: Transcription(language, probability, transcribe(
                pcm, speech.windows, speech.spans, recognizer, options, parts, engines.batch_size, self.watch.progress
            )),
            engine,
        )  # fmt: skip
        self.store.drop_parts(key)
        return speech, words, key

    def _diarize(
        self, pcm: NDArray[np.float32], engines: Engines, notices: list[Notice], anybody: bool
    ) -> tuple[Diarization, str]:
        nobody = Diarization((), ())
        if self.request.until == "transcribe" or not anybody:
            return nobody, ""
        if "diarize" in self.request.skip:
            notices.append(DiarizationMissing("The speakers were not told apart: that stopped the worker three times. "
                                              "The transcript is complete.").notice())  # fmt: skip
            return nobody, ""
        self.watch.enter("diarize")
        try:
            diarizer, engine = engines.diarizer()
            key, diarization = self.results.run(
                "diarize", self.request.speakers, engine.identity, [self.audio_key], Diarization,
                lambda: diarizer.diarize(pcm, self.request.speakers, self.watch.progress), engine,
            )  # fmt: skip
        except DiarizationMissing as error:  # a transcript without speakers is better than none
            notices.append(error.notice())
            return nobody, ""
        return diarization, key

    def _attribute(
        self, words: Transcription, words_key: str, diarization: Diarization, diarization_key: str, duration: float
    ) -> tuple[Transcript, str]:
        key, transcript = self.results.run(
            "transcript", None, "", [words_key, diarization_key], Transcript,
            lambda: attribute(words, diarization, duration), None,
        )  # fmt: skip
        return transcript, key

    def _summarize(
        self, transcript: Transcript, transcript_key: str, engines: Engines, notices: list[Notice]
    ) -> SummaryResult:
        options = self.request.summary
        if self.request.until in ("transcribe", "diarize") or not transcript.segments:
            return SummaryResult(_empty_summary(transcript.language), 0.0)
        self.watch.enter("summarize")
        notice: Notice | None
        if "summarize" in self.request.skip:
            summarizer, notice = _extractive(), _left_out().notice()
        else:
            summarizer, notice = engines.summarizer(self.request.model)
        try:
            result = self._summarize_with(summarizer, options, transcript, transcript_key)
        except PipelineError as error:
            if not error.code.startswith("ollama_"):
                raise
            summarizer, notice = _extractive(), error.notice()
            result = self._summarize_with(summarizer, options, transcript, transcript_key)
        notices.extend([*([notice] if notice else []), *result.warnings])
        return result

    def _summarize_with(
        self, summarizer: Summarizer, options: SummaryOptions, transcript: Transcript, transcript_key: str
    ) -> SummaryResult:
        def describe(result: SummaryResult) -> Engine:
            settings = ", ".join(filter(None, (f"template {options.template}", result.manner)))
            return Engine(summarizer.identity, summarizer.identity, settings)

        _, result = self.results.run(
            "summary", self._with_take(options, summarizer, transcript_key), summarizer.identity, [transcript_key],
            SummaryResult, lambda: summarizer.summarize(transcript, options, self.watch.progress), describe,
        )  # fmt: skip
        return result

    def _with_take(self, options: SummaryOptions, summarizer: Summarizer, transcript_key: str) -> dict[str, Any]:
        """The options as they go into the key.

        A summary that left something out is not found again when it is asked for once more: that is the next take.
        """
        plain: dict[str, Any] = asdict(options)
        take = 0
        while True:
            key = make_key("summary", plain, summarizer.identity, [transcript_key])
            known = self.results.read(key, SummaryResult, listed=False) if self.store.find(key, ".json") else None
            if known is None or not known.missed:
                return plain
            take += 1
            plain["take"] = take

    def _compose(
        self,
        audio: Audio,
        speech: Speech,
        words: Transcription,
        transcript: Transcript,
        result: SummaryResult,
        notices: Sequence[Notice],
    ) -> Recap:
        request, info = self.request, audio.info
        failed = tuple(
            FailedWindow(round(speech.windows[text.window].start, 3), round(speech.windows[text.window].end, 3), code)
            for text in words.windows
            if (code := text.failed)
        )
        missed = sum(window.end - window.start for window in failed)
        unread = tuple(FailedWindow(round(a, 3), round(b, 3), NOT_SUMMARIZED) for a, b in result.missed)
        spoken = spoken_seconds(transcript.segments) or 1.0
        in_windows = sum(window.seconds for window in speech.windows) or 1.0
        recap = Recap(
            id=request.recording_id,
            title=request.title,
            source=Source(
                filename=request.filename,
                container=info.container,
                codec=info.codec,
                size_bytes=request.size_bytes,
                sha256=request.sha256,
                uploaded_at=request.uploaded_at,
            ),
            transcript=transcript,
            summary=result.summary,
            coverage=Coverage(
                audio_seconds=info.duration_seconds,
                speech_seconds=round(speech.speech_seconds, 3),
                transcribed_seconds=round(speech.speech_seconds * (1 - missed / in_windows), 3),
                summarized_seconds=round(speech.speech_seconds * min(1.0, result.summarized_seconds / spoken), 3),
                failed_windows=tuple(sorted((*failed, *unread), key=lambda one: one.start)),
            ),
            warnings=tuple(notices),
            stages=tuple(self.results.reports),
            recording_url=request.recording_url,
            timezone=request.timezone,
            organisation=request.organisation,
            speech_spans=tuple((round(span.start, 2), round(span.end, 2)) for span in speech.spans),
        )
        data = to_json(recap)
        key = make_key("recap", {"sha256": hashlib.sha256(data).hexdigest(), "owner": request.owner_id})
        self.watch.use("recap", key)
        self.results.publish(key, data)
        return recap

    # render

    def render(self, recap_path: Path) -> Recap:
        """Make the PDF of a finished recap, with title and names of speakers as they are now; returns it so."""
        from pipeline.render.pdf import render_pdf

        self.watch.enter("render")
        names = dict(self.request.names)
        recap = replace(from_json(Recap, recap_path.read_bytes()), title=self.request.title)
        recap = rename_speakers(recap, names)
        key = make_key("pdf", {"title": recap.title, "names": names}, inputs=[recap_path.stem])
        self.watch.use("pdf", key)
        if not self.store.find(key, ".pdf"):
            began = time.monotonic()
            with self.store.publish(key, ".pdf") as path:
                render_pdf(recap, path)
            self.watch.took("render", "reportlab", time.monotonic() - began)
        return recap


def _extractive() -> Summarizer:
    from pipeline.summarize.extractive import ExtractiveSummarizer

    return ExtractiveSummarizer()


def _left_out() -> OllamaUnreachable:
    """Why the language model was not asked at all."""
    return OllamaUnreachable(
        "The summary was put together from quotes, because writing it took far too long or stopped the worker three "
        "times.",
        "Name a smaller model in OLLAMA_MODEL, then write the recap again.",
    )


def _empty_summary(language: str) -> Summary:
    return Summary("", (), (), (), (), (), (), engine="none", model=None, template="none", language=language)
