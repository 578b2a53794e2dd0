"""How much of the speech has been transcribed, and which stretches have not."""

from __future__ import annotations

from pipeline.channels.fold import fold_coverage
from pipeline.channels.line import Line
from pipeline.recap import NO_SPEECH, Coverage, FailedWindow
from pipeline.transcribe import Transcription
from pipeline.voice_activity import VoiceActivity


def measure_coverage(
    duration_seconds: float, speech: VoiceActivity, words: Transcription, line: Line | None
) -> Coverage:
    """The coverage at the times of the recording, of which `line` has the channels, if they were heard one by one."""
    coverage = _coverage(duration_seconds, speech, words)
    return coverage if line is None else fold_coverage(coverage, speech.spans, line)


def _coverage(duration: float, speech: VoiceActivity, words: Transcription) -> Coverage:
    spans = [
        text.span or (speech.windows[text.window].start, speech.windows[text.window].end) for text in words.windows
    ]
    failed = [
        FailedWindow(round(start, 3), round(end, 3), text.failed)
        for text, (start, end) in zip(words.windows, spans, strict=True)
        if text.failed
    ]
    in_windows = sum(end - start for start, end in spans) or 1.0
    lost = speech.speech_seconds * sum(window.end - window.start for window in failed) / in_windows
    missed = [
        FailedWindow(round(start, 3), round(end, 3), "no_words")
        for text in words.windows
        if not text.failed
        for start, end in text.missed
    ]
    lost += sum(window.end - window.start for window in missed)
    sounds = [
        FailedWindow(round(start, 3), round(end, 3), NO_SPEECH) for text in words.windows for start, end in text.silent
    ]
    seconds = max(0.0, speech.speech_seconds - sum(window.end - window.start for window in sounds))
    return Coverage(
        audio_seconds=duration,
        speech_seconds=round(seconds, 3),
        transcribed_seconds=round(max(0.0, seconds - lost), 3),
        summarized_seconds=0.0,
        failed_windows=tuple(sorted((*failed, *missed, *sounds), key=lambda window: window.start)),
    )
