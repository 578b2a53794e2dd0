"""The schedule of a run: which fault comes when. It depends on the seed alone, so a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass

#: Relative frequency of each kind of fault. `FaultRun` has a method of the same name for each.
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
#: Relative frequency of each sample.
SAMPLE_WEIGHTS = {"ten-seconds.wav": 3, "standup.wav": 1}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, injected `pause` seconds after the previous one.

    `choice` (0..1) selects a worker or job among those that exist then; `duration` is in seconds.
    """

    kind: str
    pause: float
    choice: float
    duration: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """The faults to inject and the samples to upload, both in order."""

    faults: tuple[Fault, ...]
    samples: tuple[str, ...]

    def uploads_due(self, faults_so_far: int) -> int:
        """How many samples are uploaded before the next fault: evenly spread, two ahead."""
        return min(len(self.samples), 2 + faults_so_far * len(self.samples) // max(1, len(self.faults)))


def draw_schedule(seed: int, jobs: int, faults: int) -> Schedule:
    """Draw a schedule; the same arguments always give the same one."""
    dice = random.Random(seed)  # noqa: S311 - not used for secrets
    return Schedule(
        faults=tuple(
            Fault(kind, round(dice.uniform(0.3, 2.5), 2), dice.random(), round(dice.uniform(1.0, 6.0), 2))
            for kind in dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=faults)
        ),
        samples=tuple(dice.choices(list(SAMPLE_WEIGHTS), list(SAMPLE_WEIGHTS.values()), k=jobs)),
    )
