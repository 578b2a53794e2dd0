"""Recordings with several tracks, or with faint speech, from the upload to the words and warnings of their recap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.factories import make_user
from support.voices import Sound, Track, voice, write_channels, write_tracks
from support.worker_jobs import codes, get, results, upload, work

from core.database.tables import Recording, Status
from core.recordings import recaps
from pipeline.evaluate import normalize

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]

A = voice()
B = voice("interview.m4a", 3.0)
SILENCE = np.zeros_like(A)


def heard(recording_id: str) -> str:
    transcript = recaps.load_transcript(recording_id)
    assert transcript is not None
    return normalize(" ".join(segment.text for segment in transcript.segments))


def message(recording: Recording, code: str) -> str:
    return next(str(warning["message"]) for warning in recording.warnings if warning["code"] == code)


def test_a_choice_of_track_gives_another_recap_of_the_same_file(tmp_path: Path) -> None:
    owner = make_user("ann")
    tracks = [Track(np.concatenate([A, SILENCE])), Track(np.concatenate([SILENCE, B]))]
    path = write_tracks(tmp_path / "call.mkv", tracks)
    both, first, second, missing = (
        upload(owner, path, track=track, until="transcribe") for track in (None, 1, 2, 3)
    )  # fmt: skip
    work()
    words = {one: heard(one) for one in (both, first, second)}
    assert ["login page" in words[one] for one in (both, first, second)] == [True, True, False]
    assert ["warehouse" in words[one] for one in (both, first, second)] == [True, False, True]
    assert message(get(both), "sound_tracks") == "Of 2 sound tracks, tracks 1 and 2 were used."
    assert message(get(first), "sound_tracks") == "Of 2 sound tracks, track 1 was used. Track 2 was not chosen."
    assert len({results(one)["audio"] for one in (both, first, second)}) == 3
    assert (get(missing).job.status, get(missing).job.error_code) == (Status.FAILED, "no_audio")


@pytest.mark.parametrize(
    ("sound", "warning"),
    [(A, None), (0.01 * A, "very quiet"), (0.002 * A, "very quiet")],
    ids=["ordinary", "quiet", "extremely quiet"],
)
def test_a_recap_of_faint_speech_has_its_words_or_says_that_they_may_be_wrong(
    sound: Sound, warning: str | None, tmp_path: Path
) -> None:
    recording_id = upload(make_user("ann"), write_channels(tmp_path / "x.wav", [sound], "mono"), until="transcribe")
    work()
    recording = get(recording_id)
    assert recording.job.status == Status.DONE
    assert ("faint_speech" in codes(recording)) == (warning is not None)
    if warning:
        assert warning in message(recording, "faint_speech")
        assert "i am not sure" in heard(recording_id)
