"""Amplifies quiet recordings before speech is recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.loudness import Loudness, mean_of, measure_loudness
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE, SAMPLE_TYPE, Samples, StoredSamples

LOUDEST = 10 ** (-14 / 20)  # root mean square of a frame; what is louder is amplified less
FRAME = 512  # samples: 32 ms
AROUND = 8  # frames before and after a loud one that are amplified less, too
BLOCK = 30 * SAMPLE_RATE // FRAME * FRAME  # samples at once


def level(path: Path, on_progress: Callable[[], None]) -> Loudness:
    """Amplify the decoded samples at `path` in their place if their speech is very quiet; says how quiet it was.

    `on_progress` is called now and then, and may raise to stop. Raises OSError.
    """
    samples = StoredSamples(path)
    loudness = measure_loudness(samples, on_progress)
    if loudness.gain_db:
        with path.open("r+b") as file:  # not through the mapping: on a full disk that ends the process
            for start, block in amplify(samples, 10 ** (loudness.gain_db / 20), on_progress):
                file.seek(start * SAMPLE_BYTES)
                file.write(block.astype(SAMPLE_TYPE).tobytes())
    return loudness


def amplify(
    samples: Samples, gain: float, on_progress: Callable[[], None] = lambda: None
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Amplify samples, without their DC; where that would be louder than speech (a cough, a door), less.

    Yields the start of each block and its samples.
    """
    offset = np.float32(mean_of(samples))
    for start in range(0, len(samples), BLOCK):
        block = samples[start : start + BLOCK] - offset
        yield start, np.clip(block * _gains(block, gain), -1.0, 1.0)
        on_progress()


def _gains(block: NDArray[np.float32], gain: float) -> NDArray[np.float32]:
    """The gain of each sample of a block."""
    count = -(-len(block) // FRAME)
    frames = np.pad(block, (0, count * FRAME - len(block))).reshape(count, FRAME)
    sizes = np.maximum(np.sqrt(np.square(frames).mean(axis=1)), 1e-9)
    gains = np.clip(LOUDEST / sizes, 1.0, gain)
    if gains.min() == gain:
        return np.full(len(block), gain, dtype=np.float32)
    padded = np.pad(gains, AROUND, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1).min(axis=1)
    centres = (np.arange(count) + 0.5) * FRAME
    return np.asarray(np.interp(np.arange(len(block)), centres, lowest), dtype=np.float32)
