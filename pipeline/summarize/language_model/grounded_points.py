"""What the language model found and the transcript proves, as it goes into the summary."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recap import ActionItem, Point, Segment, Topic


@dataclass(frozen=True, slots=True)
class GroundedPoint:
    """A claim whose proof was found; `ids` are the short ids, `segments` what they stand for, in order of time."""

    text: str
    ids: tuple[str, ...]
    segments: tuple[Segment, ...]
    title: str = ""
    owner: str | None = None
    due: str | None = None

    @property
    def start(self) -> float:
        return self.segments[0].start


def as_point(id_: str, finding: GroundedPoint) -> Point:
    """The point with time and speaker of its segments."""
    return Point(
        id=id_,
        text=finding.text,
        speaker=_speaker(finding),
        start=finding.start,
        end=max(one.end for one in finding.segments),
        segments=tuple(one.id for one in finding.segments),
    )


def as_topic(id_: str, finding: GroundedPoint) -> Topic:
    point = as_point(id_, finding)
    return Topic(
        id=id_,
        title=finding.title or finding.text,
        text=finding.text,
        speaker=point.speaker,
        start=point.start,
        end=point.end,
        segments=point.segments,
    )


def as_action_item(id_: str, finding: GroundedPoint) -> ActionItem:
    point = as_point(id_, finding)
    return ActionItem(
        id=id_,
        text=finding.text,
        speaker=point.speaker,
        start=point.start,
        end=point.end,
        segments=point.segments,
        owner=finding.owner,
        due=finding.due,
    )


def _speaker(finding: GroundedPoint) -> str | None:
    """Who spoke where it begins, which is the time that is shown."""
    return finding.segments[0].speaker
