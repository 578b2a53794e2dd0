"""Channels with a person each are told from ordinary stereo, and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.calls import RATE, delayed, in_turns
from support.decoding import LIMITS
from support.voices import Sound, Track, music, voice, white_noise, write_channels, write_tracks

from pipeline.audio import AudioInfo, decode
from pipeline.channels.line import Line
from pipeline.decode.track_files import TrackFiles
from pipeline.samples import StoredSamples
from pipeline.separate_channels import Separate

A = voice()
B = voice("interview.m4a", 3.0)
LEFT, RIGHT = in_turns(A, B)
SILENCE = np.zeros_like(LEFT)


def noise(level: float, seed: int = 0) -> Sound:
    return white_noise(len(LEFT), level, seed)


def decoded(path: Path, tmp_path: Path, channels: str | None = None) -> AudioInfo:
    return decode(path, tmp_path / "pcm", LIMITS, channels=channels, apart=tmp_path / "apart")


SEPARATE = {
    "in turns": ([LEFT, RIGHT], "stereo", (1, 2)),
    "at once": ([A, B], "stereo", (1, 2)),
    "with noise": ([LEFT + noise(0.001), RIGHT + noise(0.003, 1)], "stereo", (1, 2)),
    "one much fainter": ([LEFT, 0.05 * RIGHT], "stereo", (1, 2)),
    "with echoes": ([LEFT + delayed(RIGHT, 0.2, -20), RIGHT + delayed(LEFT, 0.1, -20)], "stereo", (1, 2)),
    "beside their mix": ([(LEFT + RIGHT) / 2, LEFT, RIGHT], "3.0", (2, 3)),
    "beside silent channels": ([LEFT, SILENCE, RIGHT, SILENCE], "quad", (1, 3)),
}

TOGETHER = {
    "one voice": ([A, A], "stereo"),
    "one voice, fainter on one": ([A, 0.1 * A], "stereo"),
    "one voice, in opposite phase": ([A, -A], "stereo"),
    "one voice, later on one": ([A, delayed(A, 0.001, -3)], "stereo"),
    "one voice and noise": ([A, noise(0.05)[: len(A)]], "stereo"),
    "one voice and its echo": ([LEFT, delayed(LEFT, 0.2, -20)], "stereo"),
    "a room with two microphones": (
        [LEFT + 0.5 * RIGHT + noise(0.001), RIGHT + 0.5 * LEFT + noise(0.001, 1)],
        "stereo",
    ),
    "a voice and music": ([A, music(len(A) / RATE)], "stereo"),
    "music": ([music(10), delayed(music(10), 0.3, 0)], "stereo"),
}


@pytest.mark.parametrize("case", SEPARATE)
def test_channels_with_a_person_each_are_kept(case: str, tmp_path: Path) -> None:
    channels, layout, numbers = SEPARATE[case]
    info = decoded(write_channels(tmp_path / "x.wav", channels, layout), tmp_path)
    assert info.separate == Separate("channel", numbers)
    line = Line(tmp_path / "apart", len(numbers))
    for sound, number in zip(line.channels, numbers, strict=True):
        assert len(sound) == len(StoredSamples(tmp_path / "pcm"))
        assert np.allclose(sound[:], channels[number - 1], atol=0.002)


@pytest.mark.parametrize("case", TOGETHER)
def test_channels_that_share_their_sound_are_mixed(case: str, tmp_path: Path) -> None:
    channels, layout = TOGETHER[case]
    info = decoded(write_channels(tmp_path / "x.wav", channels, layout), tmp_path)
    assert info.separate is None
    assert not (tmp_path / "apart").exists()


@pytest.mark.parametrize("case", ["one voice", "one voice, later on one", "a room with two microphones"])
def test_ordinary_stereo_is_decoded_once(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrackFiles, "decode_apart", lambda *_: pytest.fail("it was decoded twice"))
    channels, layout = TOGETHER[case]
    decoded(write_channels(tmp_path / "x.wav", channels, layout), tmp_path)


def test_channels_are_mixed_or_kept_as_it_is_asked_for(tmp_path: Path) -> None:
    call = write_channels(tmp_path / "call.wav", [LEFT, RIGHT])
    room = write_channels(tmp_path / "room.wav", TOGETHER["a room with two microphones"][0])
    assert decoded(call, tmp_path, "mix").separate is None
    assert decoded(room, tmp_path, "separate").separate == Separate("channel", (1, 2))
    assert decoded(write_channels(tmp_path / "mono.wav", [A], "mono"), tmp_path, "separate").separate is None


def test_tracks_with_a_person_each_are_kept_beside_their_mix(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "obs.mkv", [Track((LEFT + RIGHT) / 2), Track(LEFT), Track(RIGHT, start=0.5)])
    info = decoded(path, tmp_path)
    assert info.separate == Separate("track", (2, 3))
    assert len(Line(tmp_path / "apart", 2).channels[0]) == len(StoredSamples(tmp_path / "pcm"))


def test_silence_of_channels_takes_no_room(tmp_path: Path) -> None:
    quiet = np.zeros(60 * RATE, dtype=np.float32)
    path = write_channels(tmp_path / "x.wav", [np.concatenate([LEFT, quiet]), np.concatenate([RIGHT, quiet])])
    assert decoded(path, tmp_path).separate is not None
    assert (tmp_path / "apart").stat().st_blocks * 512 < 0.4 * (tmp_path / "apart").stat().st_size


def test_room_is_asked_for_the_samples_of_channels(tmp_path: Path) -> None:
    asked: list[int] = []
    make_room: Callable[[int], None] = asked.append
    limits = type(LIMITS)(LIMITS.max_seconds, make_room=make_room)
    path = write_channels(tmp_path / "x.wav", [LEFT, RIGHT])
    decode(path, tmp_path / "pcm", limits, apart=tmp_path / "apart")
    assert (tmp_path / "apart").stat().st_size in asked
