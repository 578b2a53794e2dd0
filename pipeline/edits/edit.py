"""An edit of a recap as it is kept, and which edits hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from pipeline.json_values import from_plain, to_plain
from pipeline.recap import Point, Transcript
from pipeline.summary_points import SECTIONS

CHANGE, ADD, REMOVE, MOVE, APPROVE = "change", "add", "remove", "move", "approve"
RESTORE = "restore"
CORRECT, ASSIGN, SPLIT, MERGE = "correct", "assign", "split", "merge"
SEGMENT_KINDS = (CORRECT, ASSIGN, SPLIT, MERGE)
REPLACE = "replace"
#: Changes nothing: the recap, as `version` of the payload, was found to be right.
REVIEW = "review"
UNDO, REDO = "undo", "redo"
#: A segment that begins and ends this close to another is the same.
SAME_SECONDS = 0.3
#: The most characters of each text that people write.
TEXT_LIMITS = {"text": 4000, "title": 200, "owner": 80, "due": 80}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. `number` counts from 1 within a recording, `payload` is JSON by kind.

    `target` in the payload says what it is about: see `PointAnchor` and `SegmentAnchor`. A `restore` without one is
    about everything, and so is a `replace` (see `Replacement`). `undo` and `redo` name the `edit` that they are about;
    they change nothing by themselves.
    """

    number: int
    kind: str
    payload: Mapping[str, Any]
    is_undone: bool = False

    @property
    def root(self) -> int | None:
        """What the edit is about: the number of the first edit of that; None for everything."""
        target = self.payload.get("target")
        return target["root"] if target else None

    @property
    def is_about_all(self) -> bool:
        """Whether the edit may change any point and any segment."""
        return self.kind in (RESTORE, REPLACE) and self.root is None


@dataclass(frozen=True, slots=True)
class PointAnchor:
    """A point that people edit, so that it is found again in another summary.

    `root` is the number of its first edit. `written` is the point as the summary had it, None for one that was added;
    `spans` are the stretches that it cites, (start, end) in seconds.
    """

    root: int
    section: str
    written: Point | None
    spans: tuple[tuple[float, float], ...]

    @classmethod
    def read(cls, target: Mapping[str, Any]) -> Self:
        """The anchor as an edit keeps it."""
        section, written = target["section"], target["written"]
        point = from_plain(SECTIONS[section], written) if written is not None else None
        return cls(target["root"], section, point, tuple((start, end) for start, end in target["spans"]))

    def to_plain(self) -> dict[str, Any]:
        """The anchor as JSON values."""
        written = to_plain(self.written) if self.written is not None else None
        return {"root": self.root, "section": self.section, "written": written, "spans": list(map(list, self.spans))}


@dataclass(frozen=True, slots=True)
class SegmentAnchor:
    """A segment that people edit, as it was then; `root` is the number of its first edit."""

    root: int
    segment: str
    start: float
    end: float

    @classmethod
    def read(cls, target: Mapping[str, Any]) -> Self:
        """The anchor as an edit keeps it."""
        return cls(target["root"], target["segment"], target["start"], target["end"])

    def to_plain(self) -> dict[str, Any]:
        """The anchor as JSON values."""
        return asdict(self)

    def find(self, transcript: Transcript) -> int | None:
        """The place of the segment in a transcript: by its times, since other runs give other ids."""
        near = (
            (segment.id != self.segment, place)
            for place, segment in enumerate(transcript.segments)
            if max(abs(segment.start - self.start), abs(segment.end - self.end)) <= SAME_SECONDS
        )
        return min(near, default=(None, None))[1]


def effective(edits: Iterable[Edit]) -> list[Edit]:
    """The edits that hold, in order: not undone, and not before a `restore` of what they are about.

    A `replace` before one holds elsewhere: its payload gets `spared`, the targets that were restored.
    """
    held: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.number):
        if edit.is_undone or edit.kind in (UNDO, REDO, REVIEW):
            continue
        if edit.kind == RESTORE:
            target = edit.payload.get("target")
            held = [_spare(each, target) for each in held if target and each.root != edit.root]
        else:
            held.append(edit)
    return held


def _spare(edit: Edit, target: Mapping[str, Any]) -> Edit:
    """The edit; one that replaces words everywhere leaves those of this target as they are."""
    if edit.kind != REPLACE:
        return edit
    return replace(edit, payload={**edit.payload, "spared": [*edit.payload.get("spared", ()), target]})
