"""Which faults come when: drawn by a seed, so that a storm can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass

#: How often each kind comes, against the others.
WEIGHTS = {
    "kill child": 5,
    "kill parent": 3,
    "kill worker": 3,
    "terminate worker": 3,
    "freeze child": 2,
    "kill beat": 2,
    "restart Redis": 2,
    "empty Redis": 2,
    "freeze Redis": 1,
    "lose messages": 1,
    "double messages": 1,
    "cancel and retry": 3,
    "delete": 1,
}
SAMPLES = {"ten-seconds.wav": 3, "standup.wav": 1}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, `pause` seconds after the one before; `pick` 0..1 says which of the workers or jobs there are."""

    kind: str
    pause: float
    pick: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a seed gives: faults, and the samples to upload."""

    faults: tuple[Fault, ...]
    samples: tuple[str, ...]

    def due(self, faults_so_far: int) -> int:
        """How many of the samples are uploaded before the next fault: they come evenly, two ahead."""
        return min(len(self.samples), 2 + faults_so_far * len(self.samples) // max(1, len(self.faults)))


def draw(seed: int, jobs: int, faults: int) -> Schedule:
    """The schedule of a seed; the same arguments give the same."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    return Schedule(
        faults=tuple(
            Fault(kind, round(dice.uniform(0.3, 2.5), 2), dice.random(), round(dice.uniform(1.0, 6.0), 2))
            for kind in dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=faults)
        ),
        samples=tuple(dice.choices(list(SAMPLES), list(SAMPLES.values()), k=jobs)),
    )
