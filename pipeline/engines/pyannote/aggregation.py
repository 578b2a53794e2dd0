"""Aggregates who speaks in each chunk to who speaks in each frame of the recording.

Chunks overlap (10 s every 1 s, for example), so each frame gets a vote from every chunk that covers it. The votes are
added chunk by chunk to one array of small integers; pyannote first stacks all chunks as float64.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The number of frames ranked at once.
BLOCK_FRAMES = 20_000


def count_votes(
    active: NDArray[np.uint8], clusters: NDArray[np.signedinteger], starts: Sequence[int], total_frames: int
) -> NDArray[np.uint16]:
    """Count the chunks in which each speaker is active, for each frame.

    `active` (chunks, frames, voices) holds 0 or 1; `clusters` (chunks, voices) is the speaker of each voice, negative
    for none; `starts` is the frame at which each chunk begins. The result has shape (total_frames, speakers).
    """
    _, frames, _ = active.shape
    votes = np.zeros((total_frames, int(clusters.max()) + 1), dtype=np.uint16)
    for chunk, speakers, start in zip(active, clusters, starts, strict=True):
        for speaker in np.unique(speakers[speakers >= 0]):
            votes[start : start + frames, speaker] += chunk[:, speakers == speaker].max(axis=1)
    return votes


def select_speakers(votes: NDArray[np.uint16], count: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Select the `count` (frames,) speakers with the most votes in each frame.

    The result is 0 or 1 with the shape of `votes`, (frames, speakers), or wider if `count` has more speakers
    than there are. Ties are broken as in pyannote, which sorts float32.
    """
    missing = max(0, int(count.max()) - votes.shape[1])
    votes = np.pad(votes, ((0, 0), (0, missing)))
    active = np.zeros(votes.shape, dtype=np.uint8)
    ranks = np.arange(votes.shape[1])
    for first in range(0, len(votes), BLOCK_FRAMES):
        block = slice(first, first + BLOCK_FRAMES)
        order = np.argsort(-votes[block].astype(np.float32), axis=1)
        np.put_along_axis(active[block], order, (ranks < count[block, None]).astype(np.uint8), axis=1)
    return active


def find_active_runs(active: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """The runs of 1 in an array of 0 and 1: the first frame of each and the first frame after it."""
    edges = np.flatnonzero(np.diff(active.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
