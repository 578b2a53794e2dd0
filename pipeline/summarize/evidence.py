"""What the language model answered, held against the transcript: what has no proof there is left out and counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from pipeline.recap import ActionItem, Point, Segment, Topic, Transcript
from pipeline.summarize.engine import find_speaker


class Claim(BaseModel):
    """A point as the model puts it; `segments` are the short ids it saw."""

    text: str
    segments: list[str]


class TopicClaim(Claim):
    title: str


class TaskClaim(Claim):
    owner: str | None
    due: str | None


class MergedAnswer(BaseModel):
    """What the model answers when it merges notes."""

    title: str
    overview: list[Claim]
    topics: list[TopicClaim]


class Answer(MergedAnswer):
    """What the model answers for a stretch of the transcript."""

    decisions: list[Claim]
    action_items: list[TaskClaim]
    questions: list[Claim]
    quotes: list[Claim]


@dataclass(frozen=True, slots=True)
class Finding:
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


class Evidence:
    """The segments by short id. `dropped` counts the claims that had no proof."""

    def __init__(self, transcript: Transcript, by_id: Mapping[str, Segment]) -> None:
        self.transcript = transcript
        self.by_id = by_id
        self.dropped = 0

    def accept(self, claims: Sequence[Claim], seen: set[str], *, quoted: bool = False) -> list[Finding]:
        """The claims that cite lines the model saw and, if `quoted`, that are said there word for word."""
        found: list[Finding] = []
        for claim in claims:
            finding = self._check(claim, seen)
            if finding is None or (quoted and not is_said(claim.text, finding.segments)):
                self.dropped += 1
            elif all(normalized(finding.text) != normalized(other.text) for other in found):
                found.append(finding)
        return found

    def _check(self, claim: Claim, seen: set[str]) -> Finding | None:
        named = {one.strip().strip("[]").lower() for one in claim.segments}
        ids = sorted(named & seen, key=lambda one: self.by_id[one].start)
        text = " ".join(claim.text.split())
        if not ids or not normalized(text):
            return None
        segments = tuple(self.by_id[one] for one in ids)
        return Finding(
            text=text,
            ids=tuple(ids),
            segments=segments,
            title=" ".join(claim.title.split()) if isinstance(claim, TopicClaim) else "",
            owner=self._owner(claim.owner, segments) if isinstance(claim, TaskClaim) else None,
            due=claim.due if isinstance(claim, TaskClaim) and claim.due and is_said(claim.due, segments) else None,
        )

    def _owner(self, owner: str | None, segments: Sequence[Segment]) -> str | None:
        """The owner where it is a speaker (then its id) or a name that was said; else nobody."""
        if not owner or not normalized(owner):
            return None
        speaker = find_speaker(owner, self.transcript)
        return speaker or (owner.strip() if is_said(owner, segments) else None)


def normalized(text: str) -> str:
    """Letters and digits only, in lower case, words apart by one blank."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub("['’‘`´]", "", folded)
    return " ".join(re.findall(r"\w+", folded))


def is_said(text: str, segments: Sequence[Segment]) -> bool:
    """Whether the words of the text stand together in the segments."""
    wanted = normalized(text)
    return bool(wanted) and f" {wanted} " in f" {normalized(' '.join(one.text for one in segments))} "


def as_point(id_: str, finding: Finding) -> Point:
    """The point with time and speaker of its segments."""
    return Point(
        id=id_,
        text=finding.text,
        speaker=_speaker(finding),
        start=finding.start,
        end=max(one.end for one in finding.segments),
        segments=tuple(one.id for one in finding.segments),
    )


def as_topic(id_: str, finding: Finding) -> Topic:
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


def as_action_item(id_: str, finding: Finding) -> ActionItem:
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


def _speaker(finding: Finding) -> str | None:
    """Who said it, where one person did."""
    speakers = {one.speaker for one in finding.segments}
    return speakers.pop() if len(speakers) == 1 else None
