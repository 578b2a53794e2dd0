"""TextRank: ranks sentences by how much they have in common with the others.

After Mihalcea and Tarau, "TextRank: Bringing Order into Text" (2004), with the cosine of TF-IDF vectors as similarity
instead of the number of common words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

DAMPING = 0.85
MAX_ROUNDS = 60
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class TermMatrix:
    """Sentences x terms, rows of length 1, stored as (row, column, weight) of the non-zero entries."""

    rows: Indices
    columns: Indices
    weights: Floats
    shape: tuple[int, int]

    def times(self, vector: Floats) -> Floats:
        """The product with a vector over terms: one number per sentence."""
        return _sums(self.rows, self.weights * vector[self.columns], self.shape[0])

    def transposed_times(self, vector: Floats) -> Floats:
        """The product of the transposed matrix with a vector over sentences: one number per term."""
        return _sums(self.columns, self.weights * vector[self.rows], self.shape[1])

    def similarity_to(self, row: int) -> Floats:
        """The cosine of every sentence with one of them."""
        mine = self.rows == row
        return self.times(_sums(self.columns[mine], self.weights[mine], self.shape[1]))


def _sums(places: Indices, values: Floats, length: int) -> Floats:
    """The sum of the values at each place, 0..length-1."""
    return np.bincount(places, values, minlength=length).astype(np.float64)


def build_terms(sentences: Sequence[Sequence[str]]) -> TermMatrix:
    """TF-IDF of sentences given as lists of terms; memory grows with the words, not with the sentences squared."""
    columns: dict[str, int] = {}
    triples = [
        (row, columns.setdefault(term, len(columns)), float(count))
        for row, terms in enumerate(sentences)
        for term, count in Counter(terms).items()
    ]
    rows = np.array([one[0] for one in triples], dtype=np.intp)
    cols = np.array([one[1] for one in triples], dtype=np.intp)
    counts = np.array([one[2] for one in triples], dtype=np.float64)
    shape = (len(sentences), max(1, len(columns)))
    spread = np.bincount(cols, minlength=shape[1])
    weights = counts * np.log((1 + len(sentences)) / (1 + spread[cols])) if triples else counts
    lengths = np.sqrt(_sums(rows, weights**2, shape[0]))
    return TermMatrix(rows, cols, weights / np.maximum(lengths[rows], 1e-12), shape)


def rank(terms: TermMatrix) -> Floats:
    """The weight of each sentence; they add up to 1.

    Power iteration on the similarity graph. The graph itself is never built: its product with a vector is two sparse
    products with the term matrix, minus each sentence's similarity to itself.
    """
    count = terms.shape[0]
    if count == 0:
        return np.zeros(0)
    itself = _sums(terms.rows, terms.weights**2, count)

    def spread(vector: Floats) -> Floats:
        return terms.times(terms.transposed_times(vector)) - itself * vector

    degree = spread(np.ones(count))
    share: Floats = np.divide(1.0, degree, out=np.zeros(count), where=degree > 1e-9)
    ranks: Floats = np.full(count, 1.0 / count)
    for _ in range(MAX_ROUNDS):
        flow = DAMPING * spread(share * ranks)
        # the weight of isolated sentences and the random jump are spread evenly
        following: Floats = flow + (1.0 - flow.sum()) / count
        if np.abs(following - ranks).sum() < TOLERANCE:
            return following
        ranks = following
    return ranks
