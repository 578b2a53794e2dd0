"""No voice is lost or drowned when the channels of a recording are mixed to one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.decoding import LIMITS
from support.voices import RATE, Sound, hum, parts_of, voice, white_noise, write_channels

from pipeline.audio import decode
from pipeline.samples import StoredSamples

RECORDINGS = Path(__file__).parent / "recordings"

A = voice()
B = voice("interview.m4a", 3.0)
SILENCE = np.zeros_like(A)


def noise(level: float, seed: int = 0) -> Sound:
    return white_noise(len(A), level, seed)


HUM = hum(len(A), 0.2)

ONE_VOICE = {
    "in phase": ([A, A], "stereo"),
    "opposite": ([A, -A], "stereo"),
    "opposite, with DC in common": ([A + 0.3, -A + 0.3], "stereo"),
    "opposite, with hum in common": ([A + HUM, -A + HUM], "stereo"),
    "opposite, with noise in common": ([A + noise(0.005), -A + noise(0.005)], "stereo"),
    "opposite, below noise in common": ([A + noise(0.14), -A + noise(0.14)], "stereo"),
    "opposite, one channel fainter": ([A, -0.35 * A], "stereo"),
    "left channel dead": ([SILENCE, A], "stereo"),
    "left channel dead, with DC": ([SILENCE + 0.5, A], "stereo"),
    "left channel with little noise": ([noise(0.0002), A], "stereo"),
    "right channel with loud noise": ([A, noise(0.2)], "stereo"),
    "left channel with hum": ([2 * HUM, A], "stereo"),
    "right channel with noise and the voice": ([A, 0.5 * A + noise(0.1)], "stereo"),
    "right channel cut off at its peaks": ([A, np.clip(30 * A, -0.9, 0.9)], "stereo"),
    "right channel with crosstalk only": ([A, 0.003 * A], "stereo"),
    "2.1 with a loud subwoofer": ([A, A, 4 * HUM], "2.1"),
    "2.1, opposite": ([A, -A, 4 * HUM], "2.1"),
    "5.1, centre only": ([SILENCE, SILENCE, A, SILENCE, SILENCE, SILENCE], "5.1"),
    "5.1, centre among noise": ([noise(0.1), noise(0.1, 1), A, noise(0.3, 2), noise(0.05, 3), noise(0.05, 4)], "5.1"),
    "5.1, opposite at the front": ([A, -A, SILENCE, noise(0.3), SILENCE, SILENCE], "5.1"),
    "four channels, one of noise, two opposite": ([A, SILENCE, noise(0.1), -A], "quad"),
    "7.1, opposite at the back": ([SILENCE] * 4 + [A, -A, SILENCE, SILENCE], "7.1"),
}


def decoded(path: Path, tmp_path: Path) -> Sound:
    decode(path, tmp_path / "pcm", LIMITS)
    return np.array(StoredSamples(tmp_path / "pcm")[:])


@pytest.mark.parametrize("case", ONE_VOICE)
def test_a_voice_is_heard_whatever_the_other_channels_have(case: str, tmp_path: Path) -> None:
    channels, layout = ONE_VOICE[case]
    sound = decoded(write_channels(tmp_path / "x.wav", channels, layout), tmp_path)
    (share,), rest = parts_of(sound, A)
    assert share > 0.45
    assert rest < 0.1 * share


@pytest.mark.parametrize("name", ["opposite_dc.flac", "opposite_hum.flac"])
def test_recordings_in_opposite_phase_have_their_voice(name: str, tmp_path: Path) -> None:
    sound = decoded(RECORDINGS / name, tmp_path)
    (share,), rest = parts_of(sound, A)
    assert share > 0.9
    assert rest < 0.1


@pytest.mark.parametrize(
    ("left", "right"),
    [(A, B), (A, 0.03 * B), (A + noise(0.001), 0.5 * B + noise(0.01, 1))],
    ids=["alike", "uneven", "noisy line"],
)
def test_different_voices_on_two_channels_are_both_heard(left: Sound, right: Sound, tmp_path: Path) -> None:
    sound = decoded(write_channels(tmp_path / "x.flac", [left, right]), tmp_path)
    (first, second), rest = parts_of(sound, A, B)
    assert first > 0.4
    assert second > 0.12
    assert rest < 0.1


def test_channels_that_turn_opposite_midway_keep_their_voice(tmp_path: Path) -> None:
    left = np.tile(A, 6)
    right = np.concatenate([np.tile(A, 3), np.tile(-A, 3)])
    sound = decoded(write_channels(tmp_path / "x.flac", [left, right]), tmp_path)
    for half in (sound[: 30 * RATE], sound[31 * RATE : 60 * RATE]):
        assert np.sqrt(np.square(half).mean()) == pytest.approx(A.std(), rel=0.05)


def test_ordinary_stereo_stays_the_mean_of_its_channels(tmp_path: Path) -> None:
    channels = [A + 0.2 * B + noise(0.001), 0.7 * A + 0.3 * B + noise(0.001, 1)]
    sound = decoded(write_channels(tmp_path / "x.wav", channels), tmp_path)
    assert np.abs(sound - np.mean(channels, axis=0)).max() < 1e-4
