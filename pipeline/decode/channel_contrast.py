"""Tells cheaply, while channels are mixed, whether they may carry different people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.decode.channel_evidence import FAINTEST, RISE, Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABOVE = 8.0  # a channel is far above another one from this factor of power on (9 dB)
FEWEST = 16  # frames: half a second
SHARE = 0.3  # of the frames in which either is heard, one must be far above the other


class Contrast:
    """Counts the frames in which a channel is heard far above another one. Memory does not grow with them."""

    def __init__(self, channels: int) -> None:
        self.above = np.zeros((channels, channels), dtype=np.int64)
        self.heard = np.zeros((channels, channels), dtype=np.int64)

    def add(self, evidence: Evidence) -> None:
        """Count the frames of a stretch."""
        power: NDArray[np.float32] = np.diagonal(evidence.cross, axis1=1, axis2=2)
        if len(power) == 0:
            return
        heard = power > max(RISE * float(np.quantile(power.max(axis=1), 0.2)), FAINTEST)
        self.heard += (heard[:, :, None] | heard[:, None, :]).sum(axis=0)
        self.above += (heard[:, :, None] & (power[:, :, None] > ABOVE * power[:, None, :])).sum(axis=0)

    @property
    def is_clear(self) -> bool:
        """Whether some two channels are each far above the other one, again and again."""
        both = np.minimum(self.above, self.above.T) >= FEWEST
        mostly = self.above + self.above.T >= SHARE * self.heard
        return bool((both & mostly).any())
