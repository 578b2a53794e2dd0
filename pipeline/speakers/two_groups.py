"""Splits vectors into the two groups that are most alike inside: 2-means, by cosine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_ROUNDS = 50


def split_in_two(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of at least two vectors of length 1 are in the smaller group; always the same for the same vectors.

    The first split is along the direction in which they differ most, so no chance is involved.
    """
    centred = vectors - vectors.mean(axis=0)
    second = centred @ np.linalg.svd(centred, full_matrices=False)[2][0] > 0
    for _ in range(MOST_ROUNDS):
        if second.all() or not second.any():
            break
        middles = np.stack([vectors[~second].mean(axis=0), vectors[second].mean(axis=0)])
        middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
        closer = (vectors @ middles.T).argmax(axis=1) == 1
        if (closer == second).all():
            break
        second = closer
    return np.asarray(second if second.sum() * 2 <= len(second) else ~second)
