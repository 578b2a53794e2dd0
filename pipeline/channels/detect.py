"""Finds the channels or tracks that carry a person each.

In a room all channels hear the same voices, so their levels rise and fall together. On a line of its own each voice has
silence beside it, or an echo far below, and where two speak at once their levels have nothing in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.channels.levels import FRAME_SECONDS, Levels
from pipeline.track_mix import HeardTrack

FEWEST_SECONDS = 0.5  # of speech of its own: what is no echo
UNLIKE = 0.3  # up to this correlation of levels, two channels have nothing in common
RANGE_DB = 15.0  # what is this far below the speech of a channel counts as silence: echoes, noise
COVERED = 0.95  # of all speech must be on the channels that are kept


def find_separate(heard: Sequence[HeardTrack], on_progress: Callable[[], None]) -> list[int]:
    """The indexes of the channels with a person each; none if there are not two, or if any share their voices.

    A channel that is like others, such as the mix of them that recorders add, is left out if these have all it says.
    """
    speaking = [index for index, track in enumerate(heard) if track.speech_seconds >= FEWEST_SECONDS]
    if len(speaking) < 2:
        return []
    levels = Levels.measure([heard[index].samples for index in speaking], on_progress)
    spoken = np.stack([_frames_of(heard[index], levels.power.shape[1]) for index in speaking])
    by_length = sorted(range(len(speaking)), key=lambda one: int(spoken[one].sum()))
    kept: list[int] = []
    for one in by_length:
        if all(_likeness(levels, spoken, one, other) <= UNLIKE for other in kept):
            kept.append(one)
    own = (Levels(levels.power[kept]).own & spoken[kept]).sum(axis=1) * FRAME_SECONDS
    kept = [one for one, seconds in zip(kept, own, strict=True) if seconds >= FEWEST_SECONDS]
    covered = spoken[kept].any(axis=0).sum() >= COVERED * spoken.any(axis=0).sum()
    return sorted(speaking[one] for one in kept) if len(kept) > 1 and covered else []


def find_speaking(heard: Sequence[HeardTrack]) -> list[int]:
    """The indexes of the channels on which anybody speaks; none if there are not two."""
    speaking = [index for index, track in enumerate(heard) if track.speech_seconds > 0]
    return speaking if len(speaking) > 1 else []


def _frames_of(track: HeardTrack, count: int) -> NDArray[np.bool_]:
    inside = np.zeros(count, dtype=bool)
    for span in track.spans:
        inside[int(span.start / FRAME_SECONDS) : round(span.end / FRAME_SECONDS)] = True
    return inside


def _likeness(levels: Levels, spoken: NDArray[np.bool_], one: int, other: int) -> float:
    """The correlation of two channels' levels (dB) where anybody speaks on either."""
    where = spoken[one] | spoken[other]
    sizes = np.maximum(10 * np.log10(levels.relative[[one, other]][:, where] + 1e-12), -RANGE_DB)
    if min(sizes.std(axis=1)) < 1e-3:
        return 0.0
    return float(np.corrcoef(sizes)[0, 1])
