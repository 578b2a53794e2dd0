"""Decoded samples on disk, and the outline of a recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import media

from pipeline.samples import SAMPLE_TYPE, StoredSamples, compute_peaks


def test_peaks_follow_the_loudness(tmp_path: Path) -> None:
    pcm = np.concatenate([media.tone(1, 16000)[0], np.zeros(16000, dtype=np.float32), -0.5 * media.tone(1, 16000)[0]])
    peaks = compute_peaks(pcm, 30)
    assert peaks == [100] * 10 + [0] * 10 + [50] * 10


@pytest.mark.parametrize(("samples", "bars"), [(0, 0), (1, 1), (1499, 1499), (1500, 1500), (1501, 751), (10**6, 1500)])
def test_there_are_never_more_peaks_than_asked_for(samples: int, bars: int) -> None:
    assert len(compute_peaks(np.ones(samples, dtype=np.float32))) == pytest.approx(bars, abs=1)


def test_the_noise_of_a_silent_recording_stays_low() -> None:
    assert compute_peaks(np.full(16000, 0.0005, dtype=np.float32), 2) == [5, 5]


def test_a_map_of_samples_never_changes_the_file(tmp_path: Path) -> None:
    np.ones(10, dtype=SAMPLE_TYPE).tofile(tmp_path / "pcm")
    StoredSamples(tmp_path / "pcm").halves[:] = 0
    assert np.fromfile(tmp_path / "pcm", dtype=SAMPLE_TYPE).sum() == 10
