"""Makes all voices of a recording about equally loud, as it is read.

People sit at different distances from a microphone, and calls join rooms of different levels. Detectors of voice
activity pass over the faint ones, and Whisper skips them beside loud ones. So the gain follows the speech around each
moment; where there is none, nothing is lifted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.samples import SAMPLE_RATE, Samples

FRAME = SAMPLE_RATE // 50  # samples: 20 ms
AROUND = 75  # frames to either side whose level counts: 1.5 s
SHARE = 0.9  # of these frames are not louder: speech, not its pauses
SMOOTH = 50  # frames: a second
TARGET = 0.1  # root mean square of speech: -20 dBFS
MOST_GAIN, LEAST_GAIN = 40.0, 0.1
FAINTEST = 3e-4  # what stays below is never lifted: -70 dBFS,
ABOVE_NOISE = 4.0  # nor what is not this much (12 dB) above the recording's own noise
PROBES, PROBE_FRAMES = 200, 100  # stretches that are looked at to find the noise
_HANN = np.hanning(SMOOTH + 2)[1:-1]
_HANN /= _HANN.sum()


class Evened:
    """Samples with a running gain. Memory does not grow with their length: a slice reads two seconds around it."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.floor = max(FAINTEST, ABOVE_NOISE * find_noise(samples))

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        start, stop, _ = part.indices(len(self.samples))
        if stop <= start:
            return np.zeros(0, dtype=np.float32)
        margin = AROUND + SMOOTH
        first, last = start // FRAME - margin, -(-stop // FRAME) + margin  # frames on a grid that all slices share
        gains = self._gains(first, last)
        centres = (np.arange(first, last) + 0.5) * FRAME
        sound = self.samples[start:stop]
        return np.clip(sound * np.interp(np.arange(start, stop), centres, gains), -1.0, 1.0).astype(np.float32)

    def _gains(self, first: int, last: int) -> NDArray[np.float64]:
        """The gain of each frame; those near the ends only serve the others."""
        levels = _levels(self.samples, first, last)
        padded = np.pad(levels, AROUND, mode="edge")
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
        loud = np.partition(around, int(SHARE * 2 * AROUND), axis=1)[:, int(SHARE * 2 * AROUND)]
        gains = np.where(loud >= self.floor, np.clip(TARGET / np.maximum(loud, 1e-9), LEAST_GAIN, MOST_GAIN), 1.0)
        padded = np.pad(gains, (SMOOTH // 2, SMOOTH - SMOOTH // 2 - 1), mode="edge")
        return np.asarray(np.convolve(padded, _HANN, mode="valid"))


def find_noise(samples: Samples) -> float:
    """The level (root mean square) that a tenth of the frames stay below; 0 where pauses are digital silence."""
    count = len(samples) // FRAME
    step = max(PROBE_FRAMES, count // PROBES)
    probes = [_levels(samples, at, min(at + PROBE_FRAMES, count)) for at in range(0, count, step)]
    levels = np.concatenate(probes) if probes else np.zeros(0)
    return float(np.quantile(levels, 0.1)) if len(levels) else 0.0


def _levels(samples: Samples, first: int, last: int) -> NDArray[np.float64]:
    """The root mean square of frames `first` to `last`; those outside of the recording are silent."""
    inside = samples[max(0, first * FRAME) : max(0, last * FRAME)]
    before = max(0, -first * FRAME)
    padded = np.pad(inside, (before, (last - first) * FRAME - before - len(inside)))
    frames = padded.reshape(last - first, FRAME).astype(np.float64)
    return np.asarray(np.sqrt(np.square(frames - frames.mean(axis=1, keepdims=True)).mean(axis=1)))
