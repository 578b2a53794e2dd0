"""Files with several sound tracks: whatever is said on any of them is heard, once."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from support.decoding import LIMITS
from support.voices import Sound, Track, music, parts_of, voice, white_noise, write_tracks

from pipeline.audio import AudioInfo, decode
from pipeline.decode.child import LINE_BYTES
from pipeline.decode.part import Part
from pipeline.decode.tracks import MOST_LISTED, find_track
from pipeline.errors import NoAudio, UnsupportedMedia
from pipeline.samples import StoredSamples
from pipeline.tracks import SoundTrack, TrackUse, tracks_notice

RECORDINGS = Path(__file__).parent / "recordings"

A = voice()
B = voice("interview.m4a", 3.0)
SILENCE = np.zeros_like(A)
FIRST, SECOND = np.concatenate([A, SILENCE]), np.concatenate([SILENCE, B])
BOTH = (FIRST + SECOND) / 2


def decoded(path: Path, tmp_path: Path, track: int | None = None) -> tuple[AudioInfo, Sound]:
    info = decode(path, tmp_path / "pcm", LIMITS, track=track)
    return info, np.array(StoredSamples(tmp_path / "pcm")[:])


def uses(info: AudioInfo) -> list[str]:
    return [str(track.use) for track in info.tracks]


def aligned(sound: Sound, voices: Sound) -> Sound:
    """The voices as late as they are in `sound`: encoders delay by a few milliseconds."""
    spectra = [np.fft.rfft(each, 2 * max(len(sound), len(voices))) for each in (sound, voices)]
    product = np.fft.irfft(spectra[0] * spectra[1].conj())
    return np.roll(voices, int(np.argmax(np.abs(product))))


def test_a_silent_first_track_does_not_hide_the_microphone_on_the_second(tmp_path: Path) -> None:
    info, sound = decoded(RECORDINGS / "obs_two_tracks.mkv", tmp_path)
    assert uses(info) == ["no_speech", "used"]
    (share,), rest = parts_of(sound, aligned(sound, A))
    assert share > 0.9
    assert rest < 0.3


def test_a_default_track_that_nobody_can_read_is_passed_over(tmp_path: Path) -> None:
    info, sound = decoded(RECORDINGS / "apac_first_default.mov", tmp_path)
    assert uses(info) == ["unreadable", "used"]
    assert info.tracks[0].codec is None
    assert parts_of(sound, aligned(sound, A))[0][0] > 0.9


@pytest.mark.parametrize(
    "tracks",
    [
        [Track(FIRST), Track(SECOND)],
        [Track(FIRST, "pcm_s16le", 8000), Track(SECOND, "aac", 44_100, "5.1")],
        [Track(FIRST, "libopus", 48_000, "stereo"), Track(0.02 * SECOND, "aac", 16_000)],
        [Track(FIRST), Track(B, start=10.0)],
    ],
    ids=["alike", "other rate and layout", "one much fainter", "one begins later"],
)
def test_different_speech_on_two_tracks_is_mixed_equally_loud(tracks: list[Track], tmp_path: Path) -> None:
    info, sound = decoded(write_tracks(tmp_path / "x.mkv", tracks), tmp_path)
    assert uses(info) == ["used", "used"]
    assert info.duration_seconds == pytest.approx(20.0, abs=0.2)
    levels = [float(np.sqrt(np.square(half).mean())) for half in np.array_split(sound[: 20 * 16_000], 2)]
    assert 0.5 < levels[0] / levels[1] < 2
    assert min(levels) > 0.02


@pytest.mark.parametrize("container", ["mkv", "mp4", "mov", "ts"])
def test_both_voices_of_any_container_are_heard(container: str, tmp_path: Path) -> None:
    path = write_tracks(tmp_path / f"x.{container}", [Track(A), Track(B)])
    info, sound = decoded(path, tmp_path)
    assert uses(info) == ["used", "used"]
    assert min(parts_of(sound, aligned(sound, A))[0] + parts_of(sound, aligned(sound, B))[0]) > 0.5


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        ([Track(A, layout="stereo"), Track(A, "libmp3lame", 16_000)], ["used", "same"]),
        ([Track(BOTH), Track(FIRST), Track(SECOND)], ["used", "same", "same"]),
        ([Track(FIRST), Track(BOTH)], ["same", "used"]),
        ([Track(FIRST), Track(FIRST[48_000:], start=3.0)], ["used", "same"]),
        ([Track(white_noise(len(A), 0.05)), Track(A)], ["no_speech", "used"]),
        ([Track(A), Track(music(10.0))], ["used", "no_speech"]),
        ([Track(SILENCE), Track(SILENCE)], ["used", "no_speech"]),
        ([Track(FIRST), Track(SECOND), Track(SILENCE)], ["used", "used", "no_speech"]),
    ],
    ids=["copies", "mix and its parts", "part and mix", "a late copy", "noise", "music", "silence", "three"],
)
def test_a_track_that_adds_nothing_is_left_out(tracks: list[Track], expected: list[str], tmp_path: Path) -> None:
    info, sound = decoded(write_tracks(tmp_path / "x.mkv", tracks), tmp_path)
    assert uses(info) == expected
    assert info.duration_seconds == len(sound) / 16_000


def test_the_track_that_was_chosen_is_the_only_one_heard(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "x.mkv", [Track(A), Track(B)])
    for number, (own, other) in enumerate([(A, B), (B, A)], 1):
        info, sound = decoded(path, tmp_path, number)
        assert uses(info)[number - 1] == "used"
        assert sorted(uses(info)) == ["not_chosen", "used"]
        assert parts_of(sound, aligned(sound, own))[0][0] > 0.9
        assert parts_of(sound, aligned(sound, other))[0][0] < 0.1


def test_a_track_that_is_not_there_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoAudio, match="chosen number"):
        decode(RECORDINGS / "obs_two_tracks.mkv", tmp_path / "pcm", LIMITS, track=3)
    with pytest.raises(UnsupportedMedia, match="codec"):
        decode(RECORDINGS / "apac_first_default.mov", tmp_path / "pcm", LIMITS, track=1)
    assert list(tmp_path.iterdir()) == []


def test_of_very_many_tracks_the_first_are_listed_and_read(tmp_path: Path) -> None:
    silence = [Track(np.zeros(16_000, dtype=np.float32), "pcm_s16le", 8000)] * 93
    path = write_tracks(tmp_path / "x.mkv", [Track(A, "pcm_s16le", 8000), *silence, Track(A, "pcm_s16le", 48_000)])
    with av.open(str(path)) as container:
        best = container.streams.best("audio")
        assert best is not None
        assert best.index == 94
        assert find_track(container, Part(0, 0), None).index < MOST_LISTED

    info, sound = decoded(path, tmp_path)

    assert len(info.tracks) == MOST_LISTED
    assert uses(info)[:2] == ["used", "no_speech"]
    assert parts_of(sound, aligned(sound, A))[0][0] > 0.9


def test_the_longest_list_of_tracks_fits_into_one_report() -> None:
    track = {"codec": "x" * 32, "is_readable": False}  # the longest name that the parent takes
    assert len(json.dumps({"tracks": [track] * MOST_LISTED})) < LINE_BYTES


def test_progress_never_falls_over_several_tracks(tmp_path: Path) -> None:
    seen: list[float] = []
    path = write_tracks(tmp_path / "x.mkv", [Track(np.tile(A, 20)), Track(np.tile(B, 20))])
    decode(path, tmp_path / "pcm", LIMITS, on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_notice_names_the_tracks_and_why_others_were_left_out() -> None:
    tracks = [
        SoundTrack(number, "aac", TrackUse(use))
        for number, use in enumerate(
            (TrackUse.USED, TrackUse.SAME, TrackUse.USED, TrackUse.NO_SPEECH, TrackUse.UNREADABLE, TrackUse.NO_SPEECH),
            1,
        )
    ]
    notice = tracks_notice(tracks)
    assert notice is not None
    assert notice.message == (
        "Of 6 sound tracks, tracks 1 and 3 were used. Track 2 has the same sound. "
        "Tracks 4 and 6 have no speech. Track 5 cannot be read."
    )
    assert tracks_notice(tracks[:1]) is None
