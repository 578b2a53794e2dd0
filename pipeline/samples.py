"""Decoded samples on disk: 16 kHz, mono, float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # Hz; what Whisper and pyannote take
PEAKS = 1500  # bars in a player


def open_pcm(path: Path) -> NDArray[np.float32]:
    """Map decoded samples, shape (samples,), at SAMPLE_RATE; pages come from disk as they are read.

    Copy on write (mode "c"): torch takes the array without a warning, and the file stays as it is. Raises OSError.
    """
    if path.stat().st_size == 0:
        return np.zeros(0, dtype=np.float32)
    return np.memmap(path, dtype="<f4", mode="c")


def compute_peaks(pcm: NDArray[np.float32], count: int = PEAKS) -> list[int]:
    """The waveform of a recording for a player: at most `count` bars of equal length, 0 to 100 % of the loudest one.

    Each is the largest absolute sample of its span. Anything below 1 % of full scale stays low, so that the noise in a
    silent recording does not look like speech. Reads one bar at a time.
    """
    if len(pcm) == 0:
        return []
    span = -(-len(pcm) // count)
    bars = [pcm[at : at + span] for at in range(0, len(pcm), span)]
    peaks = [max(float(bar.max()), -float(bar.min())) for bar in bars]
    loudest = max(0.01, *peaks)
    return [round(100 * peak / loudest) for peak in peaks]
