"""What people corrected in a part, as corrections of the recording that is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.edits import edit as kinds
from pipeline.edits.edit import SAME_SECONDS, Edit, effective
from pipeline.edits.replaced_texts import find_in_segment
from pipeline.edits.replacement import Replacement
from pipeline.parts.stretch import Stretch
from pipeline.recap import Segment, Transcript

Target = Mapping[str, Any]
LEAST_SHARE = 0.5
"""Of the time that a point cites, what must lie in the stretch: of two stretches side by side, at most one has it."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """From a part, as it is shown, to the whole; `ids` are the speakers of the whole by those of the part."""

    part: Transcript
    stretch: Stretch
    whole: Transcript
    ids: Mapping[str, str]

    def segments_at(self, start: float, end: float) -> Sequence[Segment]:
        """What of the whole is said between two of its moments."""
        return [one for one in self.whole.segments if one.start < end and start < one.end]

    def owner(self, owner: str | None) -> str | None:
        """An owner in the whole: the id of the speaker, or the name of one who does not speak there."""
        return self.ids.get(owner, self.part.name_of(owner) or owner) if owner else owner


def carry_edits(edits: Iterable[Edit], crossing: Crossing, first: int) -> list[Edit]:
    """The edits that hold and are about the stretch, numbered from `first` on.

    The order of points is not carried, since another summary has others, nor what is about a segment that is cut.
    """
    carried: list[Edit] = []
    roots: dict[int, int] = {}
    for edit in effective(edits):
        payload = _carry(edit, crossing)
        is_left_behind = edit.kind != kinds.ADD and edit.root not in roots and _is_added(edit.payload.get("target"))
        if payload is None or is_left_behind:
            continue
        number = first + len(carried)
        if edit.root is not None:
            root = roots.setdefault(edit.root, number)
            payload = {**payload, "target": {**payload["target"], "root": root}}
        carried.append(Edit(number, edit.kind, payload))
    return carried


def _carry(edit: Edit, crossing: Crossing) -> dict[str, Any] | None:
    """The payload of an edit at its new place; None where it is about something else."""
    payload, target = dict(edit.payload), edit.payload.get("target")
    if edit.kind == kinds.REPLACE:
        return _carry_replacement(payload, crossing)
    if target is None or edit.kind == kinds.MOVE:
        return None
    if edit.kind == kinds.ADD:
        payload["start"], is_in = _place_start(payload["start"], crossing.stretch)
        placed = target if is_in else None
    else:
        placed = target if _is_added(target) else _place(target, crossing)
    if placed is None:
        return None
    if edit.kind == kinds.ASSIGN:
        if payload["speaker"] not in crossing.ids:
            return None
        payload["speaker"] = crossing.ids[payload["speaker"]]
    if owner := payload.get("changes", {}).get("owner"):
        payload["changes"] = {**payload["changes"], "owner": crossing.owner(owner)}
    return {**payload, "target": dict(placed)}


def _carry_replacement(payload: dict[str, Any], crossing: Crossing) -> dict[str, Any] | None:
    """Words that are replaced everywhere, if they are said in the stretch."""
    stretch, replacement = crossing.stretch, Replacement.read(payload)
    said = crossing.segments_at(stretch.at, stretch.at + stretch.seconds)
    places = sum(len(find_in_segment(segment, replacement)) for segment in said)
    if not places:
        return None
    spared = [placed for one in payload.get("spared", ()) if (placed := _place(one, crossing))]
    return {**payload, "places": places, "spared": spared}


def _place_start(start: float | None, stretch: Stretch) -> tuple[float | None, bool]:
    """The time of an added point at its new place, and whether it is there; one without a time is in the beginning."""
    if start is None:
        return None, stretch.start == 0
    return stretch.place(start), stretch.holds(start)


def _is_added(target: Target | None) -> bool:
    """Whether it is a point that people added."""
    return target is not None and "section" in target and target["written"] is None


def _place(target: Target, crossing: Crossing) -> Target | None:
    """What an edit is about, at its new place; None if it is not in the stretch."""
    stretch = crossing.stretch
    if "segment" in target:
        start, end = target["start"], target["end"]
        if start < stretch.start - SAME_SECONDS or end > stretch.end + SAME_SECONDS:
            return None
        return {**target, "start": stretch.place(start), "end": stretch.place(end)}
    spans = [span for start, end in target["spans"] if (span := stretch.clip(start, end))]
    cited = sum(end - start for start, end in target["spans"])
    if not spans or sum(end - start for start, end in spans) <= LEAST_SHARE * cited:
        return None
    written = dict(target["written"])
    written |= {field: stretch.place(written[field]) for field in ("start", "end")}
    # ids of segments are those of one transcript
    said = {one.id: one for span in spans for one in crossing.segments_at(*span)}
    written |= {"segments": list(said), "speaker": crossing.ids.get(written.get("speaker") or "")}
    if "owner" in written:
        written["owner"] = crossing.owner(written["owner"])
    return {**target, "written": written, "spans": [list(span) for span in spans]}
