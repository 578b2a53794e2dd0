"""A Whisper model that was trained on windows of less than thirty seconds. Loads ctranslate2: only for workers."""

from __future__ import annotations

from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from numpy.typing import NDArray

#: Windows are filled up to this share of the longest: measured, fewer words are wrong than without silence behind.
FILLED_SHARE = 1.5


class ShortWhisper(WhisperModel):  # type: ignore[misc]
    """Its encoder takes windows as they are; faster-whisper fills each up to thirty seconds, which takes its time."""

    def __init__(self, folder: str, window_seconds: float, **options: Any) -> None:
        super().__init__(folder, **options)
        self._frames = round(FILLED_SHARE * window_seconds * self.frames_per_second)

    def encode(self, features: NDArray[Any]) -> Any:
        """The encoder's output for features (batch, mels, frames) or (mels, frames)."""
        whole = features if features.ndim == 3 else features[None]
        return super().encode(np.stack([_fill(each[:, : self._frames]) for each in whole]))


def _fill(features: NDArray[Any]) -> NDArray[Any]:
    """Features (mels, frames) with silence behind them, where faster-whisper puts zeros, which are a sound."""
    end = len(features[0]) - int(np.argmax(np.any(features[:, ::-1] != 0, axis=0)))
    filled = features.copy()
    filled[:, end:] = features[:, :end].min()
    return filled
