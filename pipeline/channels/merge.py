"""Merges what was heard on channels to one transcript."""

from __future__ import annotations

from dataclasses import replace

from pipeline.channels.echoes import drop_echoes
from pipeline.channels.fold import fold_transcript
from pipeline.channels.line import Line
from pipeline.channels.people import find_people
from pipeline.diarize import Diarization
from pipeline.recap import Transcript
from pipeline.separate_channels import Channels
from pipeline.speakers.assign import assign_speakers
from pipeline.spoken_languages import with_languages
from pipeline.transcribe import Transcription
from pipeline.voice_activity import VoiceActivity


def merge_channels(
    line: Line, speech: VoiceActivity, words: Transcription, diarization: Diarization, duration_seconds: float
) -> Transcript:
    """The transcript of a line, at the times of its recording: each channel's speakers are its own."""
    heard = replace(words, windows=drop_echoes(words.windows, line))
    people = find_people(speech.spans, line, diarization)
    transcript = with_languages(assign_speakers(heard, people, duration_seconds), words.windows)
    return fold_transcript(transcript, line)


def is_shared(wanted: str | None, num_speakers: int | None, channels: int) -> bool:
    """Whether several people may share a channel: not if it is said how many there are, or that each is a person."""
    return wanted != Channels.SEPARATE and num_speakers != channels
