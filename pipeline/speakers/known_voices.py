"""Proposes names for the speakers of a recording, by voices that were named in other recordings.

Embedding models differ in how similar two voices of one person are, so the limit comes from the recording: it lies
halfway between its two most similar people and one and the same voice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import mul

Voice = Sequence[float]
"""A voice as a vector of length 1. The web server, which has no numpy, compares them."""
LEAST_ALIKE, MOST_ALIKE = 0.2, 0.6
"""Bounds of how similar two people are taken to be: where one speaks alone, and where one was taken for two."""
MARGIN = 0.1
"""By so much a voice has to be more similar to a name than to any other."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name for a speaker, and how sure it is: 0 at the limit, 1 for the very same voice."""

    name: str
    confidence: float


def propose_names(voices: Mapping[str, Voice], known: Mapping[str, Sequence[Voice]]) -> dict[str, Proposal]:
    """Proposals for the speakers with these voices, by speaker; each name for one of them at most.

    `known` has the voices of each name. Voices and names must come from the same model.
    """
    people = {name: _mean(several) for name, several in known.items() if several}
    if not voices or not people:
        return {}
    alike = _find_alike(list(voices.values()))
    limit = (1 + alike) / 2
    found: dict[str, tuple[str, float]] = {}
    for speaker, voice in voices.items():
        ranked = sorted(((_similarity(voice, other), name) for name, other in people.items()), reverse=True)
        similarity, name = ranked[0]
        is_clear = len(ranked) == 1 or similarity - ranked[1][0] >= MARGIN
        if similarity >= limit and is_clear and similarity > found.get(name, ("", -1.0))[1]:
            found[name] = (speaker, similarity)
    return {
        speaker: Proposal(name, round(min(1.0, (similarity - limit) / (1 - limit)), 3))
        for name, (speaker, similarity) in found.items()
    }


def _find_alike(voices: Sequence[Voice]) -> float:
    """How similar the two most similar people of a recording are, within bounds."""
    pairs = [_similarity(one, other) for one, other in combinations(voices, 2)]
    return min(MOST_ALIKE, max([LEAST_ALIKE, *pairs]))


def _similarity(one: Voice, other: Voice) -> float:
    """The cosine of two vectors of length 1."""
    return float(sum(map(mul, one, other)))


def _mean(voices: Sequence[Voice]) -> Voice:
    total = [sum(values) for values in zip(*voices, strict=True)]
    length = math.hypot(*total) or 1.0
    return [value / length for value in total]
