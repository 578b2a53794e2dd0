"""The running gain: faint voices become as loud as the others, and silence stays silent."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.running_gain import TARGET, Evened
from pipeline.samples import SAMPLE_RATE, SlicedArray

Sound = NDArray[np.float32]


def noise(seconds: float, level: float, seed: int = 1) -> Sound:
    return np.random.default_rng(seed).normal(0, level, int(seconds * SAMPLE_RATE)).astype(np.float32)


def voice(seconds: float, level: float, seed: int = 1) -> Sound:
    """Bursts with pauses, as syllables are."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (noise(seconds, level, seed) * (np.sin(2 * np.pi * 3 * time) > -0.3)).astype(np.float32)


def level_of(sound: Sound) -> float:
    return float(np.sqrt(np.square(sound).mean()))


def middle(sound: Sound, start: float, end: float) -> Sound:
    return sound[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]


def test_a_faint_voice_beside_a_loud_one_becomes_as_loud() -> None:
    both = np.concatenate([voice(10, 0.2), voice(10, 0.01, seed=2)])
    evened = Evened(both)[0 : len(both)]
    loud, faint = level_of(middle(evened, 3, 7)), level_of(middle(evened, 13, 17))
    assert loud / faint == pytest.approx(1.0, abs=0.2)
    assert loud == pytest.approx(TARGET, rel=0.4)


def test_pauses_are_not_lifted() -> None:
    hiss = noise(40, 0.002)
    speech = hiss.copy()
    speech[: 10 * SAMPLE_RATE] += voice(10, 0.05, seed=2)
    evened = Evened(speech)[0 : len(speech)]
    assert level_of(middle(evened, 20, 35)) == pytest.approx(level_of(middle(hiss, 20, 35)), rel=0.05)


@pytest.mark.parametrize("sound", [noise(5, 0.0), noise(5, 1e-5), noise(0, 1.0)], ids=["silence", "faint", "nothing"])
def test_silence_stays_silent(sound: Sound) -> None:
    evened = Evened(sound)
    assert len(evened) == len(sound)
    assert np.allclose(evened[0 : len(sound)], sound)


def test_any_slice_is_a_part_of_the_whole() -> None:
    sound = np.concatenate([voice(6, 0.3), voice(6, 0.004, seed=2), voice(6, 0.05, seed=3)])
    evened = Evened(sound)
    whole = evened[0 : len(sound)]
    for start, end in ((0, 1), (0, 16_000), (12_345, 150_001), (100_000, 100_320), (len(sound) - 7, len(sound))):
        assert np.allclose(evened[start:end], whole[start:end], atol=1e-6)
    assert len(evened[len(sound) : len(sound) + 100]) == 0


def test_nothing_is_louder_than_full_scale() -> None:
    sound = voice(5, 0.01)
    sound[40_000] = 0.9
    assert np.abs(Evened(sound)[0 : len(sound)]).max() <= 1.0


def test_an_array_of_slices_takes_no_memory_and_reads_what_is_asked_for() -> None:
    sound = Evened(voice(5, 0.01))
    array = SlicedArray.of(sound)
    assert isinstance(array, np.ndarray)
    assert array.shape == (len(sound),)
    assert array.strides == (0,)
    assert np.array_equal(array[1000:2000], sound[1000:2000])
