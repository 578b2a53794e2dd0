"""Finds where a meeting changes its subject.

After Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages" (1997): the words before and after
each sentence are compared, and the deepest valleys of their likeness are borders.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import nlargest
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

VOCABULARY = 800
"""Words that are compared: those that weigh most in all."""
WINDOW_SHARE = 6
"""A window has this part of the meeting."""
LEAST_WINDOW = 60.0
"""Seconds of talk that tell a subject."""
LEAST_TOPIC = 60.0
TOPICS_PER_ROOT_MINUTE = 1.3
"""Longer meetings have more topics, and longer ones: 3 in five minutes, 10 in an hour."""


def wanted_topics(seconds: float) -> int:
    """How many topics a meeting of this length has."""
    return max(1, round(TOPICS_PER_ROOT_MINUTE * math.sqrt(seconds / 60)))


def find_borders(
    weights: Sequence[Mapping[str, float]], starts: Sequence[float], duration: float, given: Sequence[int] = ()
) -> list[int]:
    """The sentences that begin a topic, the first one included.

    `weights` are the words of each sentence, `starts` their times in seconds. `given` are sentences that begin one in
    any case.
    """
    if not weights:
        return []
    count = wanted_topics(duration)
    distance = max(LEAST_TOPIC, duration / count / 2)
    window = max(LEAST_WINDOW, duration / WINDOW_SHARE)
    valleys = _depths(_likeness(_vectors(weights), starts, window))
    chosen = sorted({0, *given})
    ends = [starts[0] - distance, duration]
    for at in np.argsort(-valleys, kind="stable"):
        if len(chosen) >= count or valleys[at] <= 0:
            break
        if all(abs(starts[at] - starts[one]) >= distance for one in chosen) and ends[1] - starts[at] >= distance:
            chosen.append(int(at))
    return sorted(chosen)


def _vectors(weights: Sequence[Mapping[str, float]]) -> list[tuple[NDArray[np.intp], Floats]]:
    """Each sentence as places and weights of its words."""
    total: defaultdict[str, float] = defaultdict(float)
    for words in weights:
        for word, weight in words.items():
            total[word] += weight
    places = {word: place for place, word in enumerate(nlargest(VOCABULARY, total, key=total.__getitem__))}
    known = [[(places[word], weight) for word, weight in words.items() if word in places] for words in weights]
    return [
        (np.array([one for one, _ in words], dtype=np.intp), np.array([one for _, one in words], dtype=np.float64))
        for words in known
    ]


def _likeness(vectors: Sequence[tuple[NDArray[np.intp], Floats]], starts: Sequence[float], window: float) -> Floats:
    """The cosine of the words in the windows before and after the start of each sentence."""
    before, after = np.zeros(VOCABULARY), np.zeros(VOCABULARY)
    first, last = 0, 0
    found = np.ones(len(vectors))
    for at, start in enumerate(starts):
        while last < len(starts) and starts[last] < start + window:
            np.add.at(after, *vectors[last])
            last += 1
        while starts[first] < start - window:
            np.subtract.at(before, *vectors[first])
            first += 1
        norm = np.linalg.norm(before) * np.linalg.norm(after)
        found[at] = before @ after / norm if norm > 1e-9 else 1.0
        np.add.at(before, *vectors[at])
        np.subtract.at(after, *vectors[at])
    return found


def _depths(likeness: Floats) -> Floats:
    """How far each valley lies below the hills on both sides; 0 where there is none."""
    depths = np.zeros(len(likeness))
    left, right = _hills(likeness), _hills(likeness[::-1])[::-1]
    lows = [0.0, *likeness.tolist(), 0.0]
    for at, (one, after) in enumerate(pairwise(lows[1:])):
        if 0 < at < len(likeness) - 1 and one <= lows[at] and one <= after:
            depths[at] = left[at] + right[at] - 2 * one
    return depths


def _hills(likeness: Floats) -> Floats:
    """The highest likeness up to each place since it was last as low."""
    hills = np.zeros(len(likeness))
    stack: list[tuple[float, float]] = []
    for at, one in enumerate(likeness):
        hill = one
        while stack and stack[-1][0] > one:
            hill = max(hill, stack.pop()[1])
        hills[at] = hill
        stack.append((one, hill))
    return hills
