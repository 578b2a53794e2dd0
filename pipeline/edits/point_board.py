"""The points of a summary as they are edited, one edit after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.edits import edit as kinds
from pipeline.edits.edit import Edit, PointAnchor
from pipeline.edits.matching import CitedSpans, find_same
from pipeline.edits.replaced_texts import change_texts
from pipeline.edits.replacement import RECAP, Replacement
from pipeline.recap import ActionItem, Point, Recap, Summary, Topic
from pipeline.summary_points import SECTIONS


@dataclass(slots=True)
class Entry:
    """A point as it is now, and as it was `written`; `root` is the number of its first edit, None if there is none."""

    point: Point
    written: Point
    root: int | None = None


class PointBoard:
    """A summary whose points are changed, added, removed and moved."""

    def __init__(self, recap: Recap, edits: Iterable[Edit] = ()) -> None:
        self._recap = recap
        self._spans = CitedSpans(recap.transcript)
        self.sections = {name: [Entry(point, point) for point in getattr(recap.summary, name)] for name in SECTIONS}
        for each in edits:
            self._apply(each)

    def summary(self) -> Summary:
        """The summary as it is now."""
        points: dict[str, Any] = {
            name: tuple(entry.point for entry in entries) for name, entries in self.sections.items()
        }
        return replace(self._recap.summary, **points)

    def find(self, point_id: str) -> tuple[str, Entry] | None:
        """The section and the entry of a point, by its id."""
        found = ((name, entry) for name, entries in self.sections.items() for entry in entries)
        return next((each for each in found if each[1].point.id == point_id), None)

    def anchor(self, section: str, point: Point, root: int) -> PointAnchor:
        """The anchor of a point that has no edit yet."""
        return PointAnchor(root, section, point, self._spans.of(point))

    def _apply(self, edit: Edit) -> None:
        if edit.kind == kinds.REPLACE:
            self._replace_words(edit)
        if edit.kind not in (kinds.CHANGE, kinds.ADD, kinds.REMOVE, kinds.MOVE, kinds.APPROVE):
            return
        anchor = PointAnchor.read(edit.payload["target"])
        entries = self.sections[anchor.section]
        if edit.kind == kinds.ADD:
            made = self._make(anchor, edit)
            entries.append(Entry(made, made, anchor.root))
            return
        entry = self._find_entry(anchor)
        if entry is None and edit.kind in (kinds.CHANGE, kinds.APPROVE) and anchor.written is not None:
            entry = self._bring_back(anchor, anchor.written)
        if entry is None:  # what was removed or moved is not in this summary
            return
        entry.root = anchor.root
        if edit.kind == kinds.REMOVE:
            entries.remove(entry)
        elif edit.kind == kinds.MOVE:
            entries.remove(entry)
            entries.insert(edit.payload["to"], entry)
        elif edit.kind == kinds.APPROVE:
            entry.point = replace(entry.point, approved=edit.payload["approved"])
        else:
            entry.point = change_point(entry.point, edit.payload["changes"])

    def _replace_words(self, edit: Edit) -> None:
        replacement = Replacement.read(edit.payload)
        anchors = [PointAnchor.read(target) for target in edit.payload.get("spared", ()) if "section" in target]
        spared = {id(self._find_entry(anchor)) for anchor in anchors}
        for section, entries in self.sections.items() if replacement.is_in(RECAP) else ():
            for entry in entries:
                changes = change_texts(self._recap, section, entry.point, replacement)
                if changes and id(entry) not in spared:
                    entry.point = change_point(entry.point, changes)

    def _find_entry(self, anchor: PointAnchor) -> Entry | None:
        """The entry that was edited already, else the untouched one that says the same."""
        entries = self.sections[anchor.section]
        known = next((entry for entry in entries if entry.root == anchor.root), None)
        if known is not None:
            return known
        untouched = [entry for entry in entries if entry.root is None]
        same = find_same(anchor, [entry.written for entry in untouched], self._spans)
        return next((entry for entry in untouched if entry.written is same), None)

    def _bring_back(self, anchor: PointAnchor, written: Point) -> Entry:
        """A point of an earlier summary that people edited: it stays, at its time."""
        entry = Entry(replace(written, id=hand_id(anchor.root)), written, anchor.root)
        entries = self.sections[anchor.section]
        later = (place for place, each in enumerate(entries) if each.point.start > written.start)
        entries.insert(next(later, len(entries)), entry)
        return entry

    def _make(self, anchor: PointAnchor, edit: Edit) -> Point:
        start = edit.payload["start"]
        segments = self._recap.transcript.segments
        at: dict[str, Any] = {"start": 0.0, "end": 0.0, "segments": ()}
        if start is not None and segments:
            near = min(segments, key=lambda one: _distance(one.start, one.end, start))
            at = {"start": start, "end": max(start, near.end), "segments": (near.id,), "speaker": near.speaker}
        if anchor.section == "topics":
            at["title"] = ""
        point = SECTIONS[anchor.section](id=hand_id(anchor.root), text="", **at)
        return change_point(point, edit.payload["changes"])


def change_point(point: Point, changes: Mapping[str, str]) -> Point:
    """A point with other texts by field; an empty owner or due date is none."""
    text = changes.get("text", point.text)
    if text != point.text:  # it is no longer what was said or proven
        point = replace(point, text=text, said=None, proof=None)
    if isinstance(point, Topic) and "title" in changes:
        point = replace(point, title=changes["title"])
    if isinstance(point, ActionItem) and "owner" in changes:
        point = replace(point, owner=changes["owner"] or None, owner_by=None)
    if isinstance(point, ActionItem) and "due" in changes:
        point = replace(point, due=changes["due"] or None, due_by=None, due_day=None)
    return replace(point, edited_by="hand")


def hand_id(root: int) -> str:
    """The id of a point that this summary does not have: no engine makes such ids."""
    return f"h{root}"


def is_hand_id(point_id: str) -> bool:
    """Whether the summary that is shown has no such point: it was added, or is of an earlier summary."""
    return point_id.startswith("h")


def _distance(start: float, end: float, second: float) -> float:
    return max(start - second, second - end, 0.0)
