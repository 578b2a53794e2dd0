"""How loud speech is on each channel, moment by moment, compared with the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.loudness import FAINTEST, RISE, STEP, Frames
from pipeline.samples import SAMPLE_RATE, Samples

FRAME_SECONDS = STEP / SAMPLE_RATE
AROUND = 4  # frames that count for a moment: a quarter of a second, by which an echo may be late
ECHO = 0.25  # an echo has at most this share of the power (-6 dB)
FEWEST = 5  # frames from which a channel's level is known

T = TypeVar("T", bound=np.generic)


class Levels:
    """The power of channels in the band of speech, by frames of FRAME_SECONDS.

    `power` has the shape (channels, frames). `heard` tells where a channel is above its noise, and `own` where it can
    be no echo of another one. `relative` is the power in units of the channel's own speech, so that faint lines compare
    with loud ones.
    """

    def __init__(self, power: NDArray[np.float32]) -> None:
        self.power = power
        noise = np.quantile(power, 0.2, axis=1) if power.size else np.zeros(len(power))
        self.heard: NDArray[np.bool_] = self.power > np.maximum(RISE * noise, FAINTEST)[:, None]
        self.own: NDArray[np.bool_] = self.heard & (self.power > ECHO * loudest_other(power, after=0))
        speech = [_level(power, own, heard) for power, own, heard in zip(self.power, self.own, self.heard, strict=True)]
        self.relative: NDArray[np.float32] = self.power / np.array(speech, dtype=np.float32)[:, None]

    @classmethod
    def measure(cls, channels: Sequence[Samples], on_progress: Callable[[], None] = lambda: None) -> Self:
        """The levels of channels; a shorter one is silent at its end."""
        found = [Frames(samples, on_progress).power for samples in channels]
        count = max(map(len, found))
        return cls(np.stack([np.pad(power, (0, count - len(power))) for power in found]))

    def mean(self, channel: int, start: float, end: float) -> float:
        """The mean relative power of a channel between two times (seconds)."""
        first = int(start / FRAME_SECONDS)
        part = self.relative[channel, first : max(first + 1, round(end / FRAME_SECONDS))]
        return float(part.mean()) if len(part) else 0.0


def largest_around(values: NDArray[T], after: int = AROUND) -> NDArray[T]:
    """The largest value from AROUND frames before each moment to some after it: shape (channels, frames)."""
    padded = np.pad(values, ((0, 0), (AROUND, after)))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, AROUND + 1 + after, axis=1).max(axis=2))


def loudest_other(values: NDArray[T], after: int = AROUND) -> NDArray[T]:
    """For each channel, the largest value of the others around each moment: shape (channels, frames)."""
    around = largest_around(values, after)
    return np.stack([np.delete(around, one, axis=0).max(axis=0, initial=0) for one in range(len(around))])


def _level(power: NDArray[np.float32], own: NDArray[np.bool_], heard: NDArray[np.bool_]) -> float:
    """How loud a channel's own speech is; where it has none, how loud it is at all."""
    known = own if own.sum() >= FEWEST else heard
    return float(np.quantile(power[known], 0.75)) if known.any() else 1.0
