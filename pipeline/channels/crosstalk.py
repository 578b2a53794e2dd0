"""Turns down what a channel has of the people on the others: an echo, or their voices in the room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.channels.levels import FRAME_SECONDS, Levels, largest_around, loudest_other
from pipeline.samples import SAMPLE_RATE, Samples

BELOW = 10.0  # a channel that much (10 dB) fainter than another one, each against its own speech, has none of its own


def find_crosstalk(levels: Levels) -> NDArray[np.bool_]:
    """Where a channel only has what another one has louder: shape (channels, frames)."""
    is_fainter = largest_around(levels.relative) * BELOW < loudest_other(levels.relative)
    return np.asarray(is_fainter & loudest_other(levels.heard))


class Quieted:
    """Samples that are silent in some frames, with short fades."""

    def __init__(self, samples: Samples, where: NDArray[np.bool_]) -> None:
        self.samples, self.gains = samples, np.where(where, np.float32(0), np.float32(1))

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        start, stop, _ = part.indices(len(self.samples))
        sound = self.samples[start:stop]
        if len(self.gains) == 0 or len(sound) == 0:
            return sound
        frame = FRAME_SECONDS * SAMPLE_RATE
        first, last = max(0, int(start / frame) - 1), int(stop / frame) + 2
        near = self.gains[first:last] if first < len(self.gains) else self.gains[-1:]
        if near.min() == 1:
            return sound
        centres = (first + np.arange(len(near)) + 0.5) * frame
        return np.asarray(sound * np.interp(np.arange(start, stop), centres, near), dtype=np.float32)
