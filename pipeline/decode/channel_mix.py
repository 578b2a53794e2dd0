"""Mixes the channels of a recording to one by the weights of `channel_weights`, stretch by stretch, or keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.decode.channel_contrast import Contrast
from pipeline.decode.channel_evidence import FRAME, Evidence, collect
from pipeline.decode.channel_weights import base_weights, choose_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRETCH_SECONDS = 15  # long enough for speech to be told from noise
FEWEST_SECONDS = 5  # a shorter stretch is judged together with the one before it
MOST_SAMPLES = 3_000_000  # of all channels of a stretch: their spectra take several times their memory
FADE_SECONDS = 0.1  # from the weights of one stretch to those of the next


class ChannelMixer:
    """Collects blocks of the channels at `places` (libavutil's names), and mixes each stretch once it is complete."""

    def __init__(self, places: Sequence[str], rate: int) -> None:
        self.places = tuple(places)
        self.stretch = max(FRAME, min(STRETCH_SECONDS * rate, MOST_SAMPLES // len(self.places)))
        self.fewest = FEWEST_SECONDS * rate // FRAME  # frames
        self.fade = round(FADE_SECONDS * rate)
        self.base = base_weights(self.places)
        self.contrast = Contrast(len(self.places))
        self.weights: NDArray[np.float32] | None = None
        self.evidence: Evidence | None = None
        self.waiting: list[NDArray[np.float32]] = []

    def add(self, block: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """Take a block, shape (samples, channels); yield what is mixed by then, finite and within -1..1."""
        block = _within_bounds(block)
        if len(self.places) == 1:
            yield block[:, 0]
            return
        self.waiting.append(block)
        if sum(map(len, self.waiting)) >= self.stretch:
            yield from self.finish()

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """Mix what is left; the mixer can go on after it."""
        if self.waiting:
            stretch = np.concatenate(self.waiting)
            self.waiting = []
            yield self._mix(stretch)

    def _mix(self, stretch: NDArray[np.float32]) -> NDArray[np.float32]:
        evidence = collect(stretch)
        self.contrast.add(evidence)
        if len(evidence.total) < self.fewest and self.evidence is not None:
            evidence = evidence.after(self.evidence)
        self.evidence = evidence
        weights = choose_weights(evidence, self.base)
        if weights is None:
            weights = self.base / self.base.sum() if self.weights is None else self.weights
        elif self.weights is not None and weights @ self.weights < 0:
            weights = -weights
        mixed: NDArray[np.float32] = np.clip(stretch @ weights, -1.0, 1.0)
        if self.weights is not None and not np.array_equal(weights, self.weights):
            fade = min(self.fade, len(stretch))
            share = np.linspace(0.0, 1.0, fade, dtype=np.float32)
            mixed[:fade] = share * mixed[:fade] + (1 - share) * (stretch[:fade] @ self.weights)
        self.weights = weights
        return mixed


class ChannelKeeper:
    """Takes the place of a mixer where channels are kept apart: passes blocks on, shape (samples, channels)."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = tuple(places)

    def add(self, block: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """Take a block; yield it, finite and within -1..1."""
        yield _within_bounds(block)

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """Nothing is left."""
        yield from ()


def _within_bounds(block: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
