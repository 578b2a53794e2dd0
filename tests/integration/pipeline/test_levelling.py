"""Very quiet speech is amplified before it is recognised, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.decoding import LIMITS
from support.voices import RATE, Sound, hum, parts_of, voice, white_noise, write_channels

from pipeline.audio import decode
from pipeline.levelling import level
from pipeline.loudness import TARGET_DBFS
from pipeline.samples import SAMPLE_RATE, SAMPLE_TYPE, StoredSamples

SAMPLES = Path(__file__).resolve().parents[3] / "audio_samples"

A = voice()
LEVEL = 20 * np.log10(A.std())


def at(dbfs: float) -> Sound:
    """The voice at this level."""
    return A * np.float32(10 ** ((dbfs - LEVEL) / 20))


def in_steps(sound: Sound, bits: int) -> Sound:
    """A sound as samples of so many bits hold it."""
    return (np.round(sound * 2 ** (bits - 1)) / 2 ** (bits - 1)).astype(np.float32)


def levelled(sound: Sound, tmp_path: Path) -> tuple[float, Sound]:
    """The gain in dB, and the sound with it."""
    path = tmp_path / "pcm"
    path.write_bytes(sound.astype(SAMPLE_TYPE).tobytes())
    loudness = level(path, lambda: None)
    return loudness.gain_db, np.array(StoredSamples(path)[:])


@pytest.mark.parametrize("dbfs", [-55, -65, -75, -85])
@pytest.mark.parametrize("noise_dbfs", [None, -100])
def test_quiet_speech_becomes_as_loud_as_other_speech(dbfs: float, noise_dbfs: float | None, tmp_path: Path) -> None:
    noise = white_noise(len(A), 10 ** (noise_dbfs / 20)) if noise_dbfs else 0
    gain, sound = levelled(in_steps(at(dbfs) + noise, 16), tmp_path)
    assert gain == pytest.approx(TARGET_DBFS - dbfs, abs=6)
    assert 20 * np.log10(sound.std()) == pytest.approx(TARGET_DBFS, abs=6)


@pytest.mark.parametrize("disturbance", ["a click", "a cough", "an offset"])
def test_what_is_loud_for_a_moment_hides_no_quiet_speech(disturbance: str, tmp_path: Path) -> None:
    other = np.zeros_like(A)
    if disturbance == "a click":
        other[70_000:70_020] = 0.9
    elif disturbance == "a cough":
        other[72_000:78_000] = 0.3 * white_noise(6000, 1.0) * np.hanning(6000)
    else:
        other += 0.1
    gain, sound = levelled(in_steps(at(-70) + other, 16), tmp_path)
    assert gain == pytest.approx(44, abs=6)
    assert np.abs(sound).max() <= 1.0
    (share,), rest = parts_of(sound[: 4 * RATE], A[: 4 * RATE])
    assert share > 0.7
    assert rest < 0.1


@pytest.mark.parametrize(
    "sound",
    [
        A,
        np.concatenate([A, at(-70)]),
        np.concatenate([white_noise(60 * RATE, 0.001), A]),
        white_noise(len(A), 0.0005),
        hum(len(A), 0.0005),
        np.zeros_like(A),
        A[: RATE // 10],
        A[:0],
    ],
    ids=["ordinary", "half of it", "after a long pause", "noise", "hum", "silence", "a tenth of a second", "nothing"],
)
def test_nothing_else_is_changed(sound: Sound, tmp_path: Path) -> None:
    gain, after = levelled(sound, tmp_path)
    assert gain == 0
    assert np.array_equal(after, sound.astype(SAMPLE_TYPE))


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.suffix not in (".json", ".md")))
def test_the_sample_meetings_stay_as_they_are(name: str, tmp_path: Path) -> None:
    loudness = decode(SAMPLES / name, tmp_path / "pcm", LIMITS).loudness
    assert loudness.gain_db == 0
    assert loudness.speech_dbfs is not None
    assert -35 < loudness.speech_dbfs < -20


def test_a_quiet_upload_is_amplified_in_its_file(tmp_path: Path) -> None:
    info = decode(write_channels(tmp_path / "x.flac", [at(-70), at(-70)]), tmp_path / "pcm", LIMITS)
    assert info.loudness.gain_db > 30
    assert np.asarray(StoredSamples(tmp_path / "pcm")[:]).std() > 0.02
    assert info.duration_seconds == len(A) / SAMPLE_RATE
