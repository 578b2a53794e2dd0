"""Calls with a person on each channel, from the upload to who said what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.calls import RATE, delayed
from support.factories import make_user
from support.voices import voice, write_channels
from support.worker_jobs import codes, get, results, upload, work

from core.recordings import recaps
from pipeline.evaluate import normalize
from pipeline.recap import Transcript

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]

A = voice()  # about a login page
B = voice("interview.m4a", 27.6, 9.4)  # about a dashboard
PAUSE = np.zeros(2 * RATE, dtype=np.float32)


def transcript_of(recording_id: str) -> Transcript:
    found = recaps.load_transcript(recording_id)
    assert found is not None
    return found


def said_by(transcript: Transcript) -> list[str]:
    """What each speaker says, in the order of the speakers."""
    return [
        normalize(" ".join(one.text for one in transcript.segments if one.speaker == speaker.id))
        for speaker in transcript.speakers
    ]


def test_two_who_speak_at_once_are_both_heard_and_told_apart_by_their_channels(tmp_path: Path) -> None:
    left = np.concatenate([A, PAUSE, PAUSE])
    right = np.pad(np.concatenate([PAUSE, B]), (0, len(left) - len(PAUSE) - len(B)))
    channels = [left + delayed(right, 0.15, -22), right + delayed(left, 0.15, -22)]
    owner, path = make_user("ann"), write_channels(tmp_path / "call.wav", channels)
    apart, each, mixed = (
        upload(owner, path, channels=channels, until="diarize") for channels in (None, "separate", "mix")
    )
    work()
    for recording_id in (apart, each):
        transcript = transcript_of(recording_id)
        first, second = said_by(transcript)
        assert "login page" in first
        assert "dashboard" in second
        assert "dashboard" not in first
        assert "login page" not in second
        starts = [segment.start for segment in transcript.segments]
        assert starts == sorted(starts)
        assert [segment.id for segment in transcript.segments] == [f"s{n}" for n in range(1, len(starts) + 1)]
        assert max(turn.end for turn in transcript.turns) <= transcript.duration_seconds
        assert codes(get(recording_id)) >= {"separate_channels"}
    assert "separate_channels" not in codes(get(mixed))
    assert len({results(one)["audio"] for one in (apart, each, mixed)}) == 3
    recap = recaps.load_recap(apart)
    assert recap is not None
    assert recap.coverage.speech_seconds <= recap.transcript.duration_seconds
    assert any("channels 1 and 2, one by one" in stage.settings for stage in recap.stages)


def test_people_who_share_a_channel_are_told_apart_by_their_voices(tmp_path: Path) -> None:
    shared = voice("standup.wav", 0.0, 60.0)
    alone = np.concatenate([np.zeros(60 * RATE, dtype=np.float32), voice("monologue.flac", 0.0, 15.0)])
    path = write_channels(tmp_path / "call.wav", [np.pad(shared, (0, len(alone) - len(shared))), alone])
    recording_id = upload(make_user("ann"), path, until="diarize")
    work()
    transcript = transcript_of(recording_id)
    assert len(transcript.speakers) > 2
    last = {segment.speaker for segment in transcript.segments if segment.start > 60}
    assert len(last) == 1
    assert not last & {segment.speaker for segment in transcript.segments if segment.start < 59}
