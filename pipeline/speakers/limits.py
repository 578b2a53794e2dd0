"""Learns from a recording when a voice is surely somebody's.

Embedding models differ in how similar two voices of one person are, and so do recordings. So every limit comes from the
recording: from the sentences whose voice and turn agree, which are most of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.recap import Word
from pipeline.speakers.sentences import Part, cut_parts

SHORT_SECONDS = 1.0  # shorter stretches are judged apart: their voice is less certain
FEWEST_AGREEING = 5  # sentences from which limits are taken
TRUSTED_SHARE = 0.8  # of sentences whose voice agrees with their turn; with fewer, voices cannot be told apart here
LEAST_SPREAD = 0.05  # of similarities, for the confidence
TO_STANDARD_DEVIATION = 1.4826  # of a median absolute deviation, for a normal distribution

Similarities = Mapping[tuple[float, float], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is usual in a recording.

    `floor` is halfway between the similarity of a sentence to its own speaker and to another, `spread` the standard
    deviation of the former. `distances` has, for the speakers a and b (by number), how much more similar a's sentences
    are to a than to b. `trusted` says of short (True) and other stretches whether voices tell people apart.
    """

    floor: float
    spread: float
    distances: Mapping[tuple[int, int], float]
    trusted: Mapping[bool, bool]


def learn_limits(
    speakers: Sequence[str], similarities: Similarities, sentences: Iterable[Sequence[Word]]
) -> Limits | None:
    """The limits of a recording; None where too few sentences sound like the speaker that their turn names.

    `sentences` have the speakers of their turns, `similarities` those of stretches (seconds) to each of `speakers`.
    """
    agreeing: list[list[NDArray[np.float64]]] = [[] for _ in speakers]
    counts = {short: [0, 0] for short in (True, False)}  # that agree, and all
    for sentence in sentences:
        parts = cut_parts(sentence)
        found = similarities.get(parts[0].span)
        if len(parts) > 1 or found is None or parts[0].speaker not in speakers:
            continue
        speaker = speakers.index(parts[0].speaker)
        agrees = int(found.argmax()) == speaker
        counts[is_short(parts[0])][0] += agrees
        counts[is_short(parts[0])][1] += 1
        if agrees:
            agreeing[speaker].append(found)
    if sum(agreed for agreed, _ in counts.values()) < FEWEST_AGREEING:
        return None
    own = np.array([row[speaker] for speaker, rows in enumerate(agreeing) for row in rows])
    others = np.concatenate([np.delete(row, speaker) for speaker, rows in enumerate(agreeing) for row in rows])
    middle = float(np.median(own))
    return Limits(
        floor=(middle + float(np.median(others))) / 2,
        spread=max(LEAST_SPREAD, TO_STANDARD_DEVIATION * float(np.median(np.abs(own - middle)))),
        distances=_measure_distances(agreeing, middle - float(np.median(others))),
        trusted={short: agreed >= TRUSTED_SHARE * total for short, (agreed, total) in counts.items()},
    )


def is_short(part: Part) -> bool:
    """Whether a stretch is too short to be judged like the others."""
    start, end = part.span
    return end - start < SHORT_SECONDS


def _measure_distances(agreeing: Sequence[Sequence[NDArray[np.float64]]], usual: float) -> dict[tuple[int, int], float]:
    """By the numbers of two speakers; the usual distance for a speaker without agreeing sentences."""
    return {
        (a, b): float(np.median([row[a] - row[b] for row in rows])) if rows else usual
        for a, rows in enumerate(agreeing)
        for b in range(len(agreeing))
        if a != b
    }
