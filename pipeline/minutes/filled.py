"""What people fill in of the minutes, as it is kept. It is laid over the recap: a new summary does not lose it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.edits.edit import PointAnchor
from pipeline.edits.matching import CitedSpans, find_same
from pipeline.recap import Point, Recap

SECTION = "decisions"
#: How many motions of earlier summaries are kept, in case that a summary has them again.
MAX_LOST = 300


@dataclass(frozen=True, slots=True)
class FilledMotion:
    """What was filled in of a decision: who moved and seconded it, the votes, and what came of it."""

    mover: str = ""
    seconder: str = ""
    vote: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class AnchoredMotion:
    """A filled motion and the decision that it belongs to, so that it is found in another summary."""

    anchor: PointAnchor
    motion: FilledMotion


@dataclass(frozen=True, slots=True)
class FilledMinutes:
    """What was filled in of the minutes of a meeting. None: nobody has said anything, see `defaults`.

    `attendance` and `apologies` have a name a line.
    """

    place: str | None = None
    date: str | None = None
    attendance: str | None = None
    apologies: str | None = None
    next_meeting: str | None = None
    chair: str | None = None
    secretary: str | None = None
    motions: tuple[AnchoredMotion, ...] = ()

    def motions_by_point(self, recap: Recap) -> dict[str, FilledMotion]:
        """The filled motions by the id of the decision in this recap; those that it lacks are left out."""
        return {point.id: kept.motion for kept, point in _match(self.motions, recap) if point is not None}

    def with_motions(self, recap: Recap, motions: Mapping[str, FilledMotion]) -> FilledMinutes:
        """The same with these motions, by the id of the decision in this recap; those that it lacks stay."""
        lost = [kept for kept, point in _match(self.motions, recap) if point is None]
        spans = CitedSpans(recap.transcript)
        filled = [
            AnchoredMotion(PointAnchor(0, SECTION, point, spans.of(point)), motions[point.id])
            for point in recap.summary.decisions
            if motions.get(point.id, FilledMotion()) != FilledMotion()
        ]
        return replace(self, motions=(*lost[-MAX_LOST:], *filled))


def _match(motions: tuple[AnchoredMotion, ...], recap: Recap) -> list[tuple[AnchoredMotion, Point | None]]:
    """Each motion with its decision; no decision has two. Those filled in last come first."""
    free, spans = list(recap.summary.decisions), CitedSpans(recap.transcript)
    matched: list[tuple[AnchoredMotion, Point | None]] = []
    for kept in reversed(motions):
        point = find_same(kept.anchor, free, spans)
        if point is not None:
            free.remove(point)
        matched.append((kept, point))
    return matched[::-1]
