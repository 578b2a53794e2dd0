"""What people corrected in a part, as corrections of the recording that is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.edits import edit as kinds
from pipeline.edits.edit import Edit, effective
from pipeline.parts.stretch import Stretch

Target = Mapping[str, Any]


def carry_edits(edits: Iterable[Edit], stretch: Stretch, ids: Mapping[str, str], first: int) -> list[Edit]:
    """The edits that hold and are about the stretch, numbered from `first` on.

    `ids` says who is who: speakers of the whole by those of the part. The order of points is not carried, since
    another summary has others.
    """
    carried: list[Edit] = []
    roots: dict[int, int] = {}
    for edit in effective(edits):
        payload = _carry(edit, stretch, ids)
        is_left_behind = edit.kind != kinds.ADD and edit.root not in roots and _is_added(edit.payload.get("target"))
        if payload is None or is_left_behind:
            continue
        number = first + len(carried)
        if edit.root is not None:
            root = roots.setdefault(edit.root, number)
            payload = {**payload, "target": {**payload["target"], "root": root}}
        carried.append(Edit(number, edit.kind, payload))
    return carried


def _carry(edit: Edit, stretch: Stretch, ids: Mapping[str, str]) -> dict[str, Any] | None:
    """The payload of an edit at its new place; None where it is about something else."""
    payload = dict(edit.payload)
    if edit.kind == kinds.REPLACE:
        spared = [moved for one in payload.get("spared", ()) if (moved := _place(one, stretch, ids))]
        return {**payload, "spared": spared}
    target = payload.get("target")
    if target is None or edit.kind == kinds.MOVE:
        return None
    placed: Target | None
    if edit.kind == kinds.ADD:
        start = payload["start"]
        is_in = stretch.holds(start) if start is not None else stretch.start == 0
        placed = target if is_in else None
        payload["start"] = start if start is None else stretch.place(start)
    else:
        placed = target if _is_added(target) else _place(target, stretch, ids)
    if placed is None:
        return None
    if edit.kind == kinds.ASSIGN:
        if payload["speaker"] not in ids:
            return None
        payload["speaker"] = ids[payload["speaker"]]
    if owner := payload.get("changes", {}).get("owner"):
        payload["changes"] = {**payload["changes"], "owner": ids.get(owner, owner)}
    return {**payload, "target": dict(placed)}


def _is_added(target: Target | None) -> bool:
    """Whether it is a point that people added."""
    return target is not None and "section" in target and target["written"] is None


def _place(target: Target, stretch: Stretch, ids: Mapping[str, str]) -> Target | None:
    """What an edit is about, at its new place; None if it is not in the stretch."""
    if "segment" in target:
        if not stretch.holds_most_of(target["start"], target["end"]):
            return None
        return {**target, "start": stretch.place(target["start"]), "end": stretch.place(target["end"])}
    spans = [span for start, end in target["spans"] if (span := stretch.clip(start, end))]
    if not spans:
        return None
    written = dict(target["written"])
    for field in ("start", "end"):
        written[field] = stretch.place(written[field])
    for field in ("speaker", "owner"):
        if written.get(field) in ids:
            written[field] = ids[written[field]]
    return {**target, "written": written, "spans": [list(span) for span in spans]}
