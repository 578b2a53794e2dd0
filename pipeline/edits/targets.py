"""What a new edit is about, and whether that was changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.edits.edit import REDO, UNDO, Edit, PointAnchor, SegmentAnchor, effective
from pipeline.edits.point_board import PointBoard
from pipeline.edits.transcript_edits import edit_transcript
from pipeline.recap import Recap

Target = Mapping[str, Any]


def find_point_target(recap: Recap, edits: Sequence[Edit], point_id: str, number: int) -> Target | None:
    """The target of an edit with this number about a point (by the id that people see); None if there is no such point.

    `recap` is as the engines made it. What was edited before, undone or not, keeps its target.
    """
    board = PointBoard(recap, effective(edits))
    found = board.find(point_id)
    if found is None:
        return None
    section, entry = found
    if entry.root is not None:
        targets: Iterator[Target] = (edit.payload["target"] for edit in edits if edit.root == entry.root)
        return next(targets)
    return _find_known(edits, board.anchor(section, entry.written, number))


def find_segment_target(recap: Recap, edits: Sequence[Edit], segment_id: str, number: int) -> Target | None:
    """The same for a segment, by the id that people see."""
    transcript = edit_transcript(recap, effective(edits)).transcript
    segment = next((one for one in transcript.segments if one.id == segment_id), None)
    if segment is None:
        return None
    return _find_known(edits, SegmentAnchor(number, segment.id, segment.start, segment.end))


def _find_known(edits: Sequence[Edit], anchor: PointAnchor | SegmentAnchor) -> Target:
    """The target of the first edit that is about the same; a new one if there is none."""
    field = "segment" if isinstance(anchor, SegmentAnchor) else "section"
    for target in (edit.payload.get("target") for edit in edits):
        if target and field in target and replace(anchor.read(target), root=anchor.root) == anchor:
            known: Target = target
            return known
    return anchor.to_plain()


def is_changed_since(edits: Sequence[Edit], root: int | None, seen: int) -> bool:
    """Whether what has this root (None: anything) was edited, undone or done again after the edit numbered `seen`."""
    by_number = {edit.number: edit for edit in edits}
    for edit in edits:
        about = by_number[edit.payload["edit"]] if edit.kind in (UNDO, REDO) else edit
        if edit.number > seen and (root is None or about.root == root or about.is_about_all):
            return True
    return False
