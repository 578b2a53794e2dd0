"""Embeds stretches of sound with the embedding model of a pyannote pipeline. Loads torch: only for workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.samples import SAMPLE_RATE, Samples
from pipeline.voice_activity import TimeSpan

LEAST_SECONDS = 0.4  # shorter stretches are widened: an embedding of less says little
MOST_SECONDS = 10.0  # of longer ones the middle is taken
GRID_SECONDS = 0.2  # lengths are rounded, so that many stretches of one length make a batch
BATCH_SECONDS = 80.0  # of sound at once


def embed_stretches(
    model: Any, samples: Samples, spans: Sequence[TimeSpan], on_progress: Callable[[float], None]
) -> NDArray[np.float32]:
    """The embeddings of stretches, of length 1: (stretches, dimension). `on_progress` may raise to stop."""
    embeddings = np.zeros((len(spans), model.dimension), dtype=np.float32)
    least = max(round(LEAST_SECONDS * SAMPLE_RATE), model.min_num_samples)
    done = 0
    for length, batch in _batches(spans, least):
        sounds = np.stack([_cut(samples, spans[index], length) for index in batch])
        embeddings[batch] = model(torch.from_numpy(sounds)[:, None])
        done += len(batch)
        on_progress(done / len(spans))
    embeddings[~np.isfinite(embeddings).all(axis=1)] = 0.0  # digital silence has no voice
    return np.asarray(embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9))


def _batches(spans: Sequence[TimeSpan], least: int) -> Iterator[tuple[int, list[int]]]:
    """The length in samples and the indices of each batch."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for index, span in enumerate(spans):
        steps = int(min(span.seconds, MOST_SECONDS) / GRID_SECONDS)
        by_length[max(least, round(steps * GRID_SECONDS * SAMPLE_RATE))].append(index)
    for length, indices in sorted(by_length.items()):
        size = max(1, int(BATCH_SECONDS * SAMPLE_RATE / length))
        yield from ((length, indices[first : first + size]) for first in range(0, len(indices), size))


def _cut(samples: Samples, span: TimeSpan, length: int) -> NDArray[np.float32]:
    """So many samples around the middle of a stretch, within the recording."""
    first = int((span.start + span.end) / 2 * SAMPLE_RATE) - length // 2
    first = max(0, min(first, len(samples) - length))
    sound = np.asarray(samples[first : first + length], dtype=np.float32)
    return np.pad(sound, (0, length - len(sound)))
