"""Tells who said what: by diarization and each sentence's voice, or by the channels."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.catalogue import CHANNELS_SUFFIX
from pipeline.channels.line import Line
from pipeline.channels.merge import is_shared, merge_channels
from pipeline.diarize import Diarization, numbers_ignored
from pipeline.errors import DiarizationMissing
from pipeline.recap import Notice, Transcript
from pipeline.request import Engine, Engines
from pipeline.samples import Samples
from pipeline.speakers.assign import assign_speakers
from pipeline.speakers.compare import compare_voices
from pipeline.speakers.voices import Voices
from pipeline.spoken_languages import with_languages
from pipeline.steps.context import StepContext
from pipeline.transcribe import Transcription
from pipeline.voice_activity import VoiceActivity


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a recording of so many seconds; `words_key` names the result that has the words."""

    duration_seconds: float
    speech: VoiceActivity
    words: Transcription
    words_key: str


def samples_key(context: StepContext, samples: Samples) -> str:
    """What the results of these samples come from."""
    return f"{context.audio_key}{CHANNELS_SUFFIX}" if isinstance(samples, Line) else context.audio_key


def identify_speakers(
    context: StepContext, samples: Samples, engines: Engines, heard: Heard, notices: list[Notice]
) -> tuple[str, Transcript]:
    """The key of the transcript, and the transcript; what could not be told about speakers goes into `notices`."""
    if isinstance(samples, Line):
        return _by_channels(context, samples, engines, heard)
    anybody = bool(heard.speech.windows)
    diarization, diarization_key = _diarize(context, samples, engines, notices, anybody)
    voices, voices_key = _compare_voices(context, samples, engines, heard, diarization, diarization_key)
    words = heard.words
    return context.results.run(
        "transcript", None, "", [heard.words_key, diarization_key, voices_key], Transcript,
        lambda: with_languages(assign_speakers(words, diarization, heard.duration_seconds, voices), words.windows),
        _tell_of_voices if voices.sentences else None,
    )  # fmt: skip


def _by_channels(context: StepContext, line: Line, engines: Engines, heard: Heard) -> tuple[str, Transcript]:
    wanted, people = context.request.channels, context.request.speakers.num_speakers
    several = bool(heard.speech.windows) and is_shared(wanted, people, line.count)
    diarization, diarization_key = _diarize(context, line, engines, [], several)
    return context.results.run(
        "transcript", {"channels": line.count}, "", [heard.words_key, diarization_key], Transcript,
        lambda: merge_channels(line, heard.speech, heard.words, diarization, heard.duration_seconds),
        _tell_of_channels,
    )  # fmt: skip


def _diarize(
    context: StepContext, samples: Samples, engines: Engines, notices: list[Notice], anybody: bool
) -> tuple[Diarization, str]:
    """The speakers' turns and the key of this result; without any, and a notice, where diarization is not to be had."""
    request, nobody = context.request, (Diarization((), ()), "")
    if request.until == "transcribe" or not anybody:
        return nobody
    if "diarize" in request.skip:
        notices.append(
            DiarizationMissing(
                "The speakers were not identified: that stopped the worker three times. The transcript is complete."
            ).notice()
        )
        return nobody
    context.monitor.enter("diarize")
    try:
        diarizer, engine = engines.diarizer()
        key, diarization = context.results.run(
            "diarize", request.speakers, engine.identity, [samples_key(context, samples)], Diarization,
            lambda: diarizer.diarize(samples, request.speakers, context.monitor.progress), engine,
        )  # fmt: skip
    except DiarizationMissing as error:  # a transcript without speakers is better than none
        notices.append(error.notice())
        return nobody
    notices += filter(None, [numbers_ignored(diarizer, request.speakers)])
    return diarization, key


def _compare_voices(
    context: StepContext,
    samples: Samples,
    engines: Engines,
    heard: Heard,
    diarization: Diarization,
    diarization_key: str,
) -> tuple[Voices, str]:
    """The voice of each sentence beside those of the speakers; nothing where there are none."""
    if not diarization.exclusive:
        return Voices(), ""
    diarizer, engine = engines.diarizer()
    windows = heard.words.windows
    key, voices = context.results.run(
        "voices", None, engine.identity, [context.audio_key, heard.words_key, diarization_key], Voices,
        lambda: compare_voices(windows, diarization, samples, diarizer, lambda _: context.monitor.progress(1.0)),
        None,
    )  # fmt: skip
    return voices, key


def _tell_of_voices(transcript: Transcript) -> Engine:
    """The provenance of who said what: how many segments went to another speaker by their voice."""
    moved = sum(segment.speaker_source == "voice" for segment in transcript.segments)
    return Engine("", "each sentence's own voice", f"{moved} of {len(transcript.segments)} changed speaker")


def _tell_of_channels(transcript: Transcript) -> Engine:
    """The provenance of who said what, where channels tell it."""
    count = len(transcript.speakers)
    return Engine("", "each channel's own", f"{count} {'person' if count == 1 else 'people'}")
