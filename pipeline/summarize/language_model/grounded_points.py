"""A point of the recap with its evidence, and its form in the summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.recap import ActionItem, Point, Proof, Segment, Told, Topic


@dataclass(frozen=True, slots=True)
class GroundedPoint:
    """A point with its evidence: `segments` in order of time, and how it was proven (see `Point.proof`)."""

    text: str
    segments: tuple[Segment, ...]
    proof: Proof = "lines"
    title: str = ""
    owner: str | None = None
    due: str | None = None
    owner_by: Told | None = None
    due_by: Told | None = None

    @property
    def start(self) -> float:
        return self.segments[0].start

    @property
    def end(self) -> float:
        return max(one.end for one in self.segments)

    @property
    def speaker(self) -> str | None:
        """Who speaks at the start, which is the time that the recap shows."""
        return self.segments[0].speaker

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.segments)


def as_point(id_: str, grounded: GroundedPoint) -> Point:
    """The point as one of the summary."""
    return Point(id=id_, **_cited(grounded))


def as_topic(id_: str, grounded: GroundedPoint) -> Topic:
    """The point as a topic of the summary."""
    return Topic(id=id_, title=grounded.title or grounded.text, **_cited(grounded))


def as_action_item(id_: str, grounded: GroundedPoint) -> ActionItem:
    """The point as an action item of the summary."""
    return ActionItem(
        id=id_,
        owner=grounded.owner,
        due=grounded.due,
        owner_by=grounded.owner_by if grounded.owner else None,
        due_by=grounded.due_by if grounded.due else None,
        **_cited(grounded),
    )


def _cited(grounded: GroundedPoint) -> dict[str, Any]:
    """What every kind of point says, and where in the transcript it was said."""
    return {
        "text": grounded.text,
        "speaker": grounded.speaker,
        "start": grounded.start,
        "end": grounded.end,
        "segments": grounded.segment_ids,
        "proof": grounded.proof,
    }
