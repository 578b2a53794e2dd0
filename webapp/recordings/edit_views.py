"""The edits of a recap, as its page lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.database.tables import EditRow, Recording
from core.recordings import edits
from pipeline.accepted_offers import name_number
from pipeline.edits import edit as kinds
from pipeline.edits.edit import REDO, UNDO
from pipeline.edits.history import NextSteps, find_next_steps, last_number
from pipeline.edits.replacement import BOTH, RECAP, TRANSCRIPT
from pipeline.recap import Transcript
from pipeline.rename_speakers import replace_names
from webapp.formats import clock, count

_VERBS = {
    kinds.CHANGE: "Changed",
    kinds.ADD: "Added",
    kinds.REMOVE: "Removed",
    kinds.MOVE: "Moved",
    kinds.APPROVE: "Approved",
    kinds.CORRECT: "Corrected the text of",
    kinds.ASSIGN: "Set the speaker of",
    kinds.SPLIT: "Split",
    kinds.MERGE: "Merged with the next",
}
_STEPS = {UNDO: "Undid", REDO: "Did again"}
_PLACES = {BOTH: "the transcript and the recap", TRANSCRIPT: "the transcript", RECAP: "the recap"}
_SECTIONS = {
    "overview": "a point of the overview",
    "topics": "a topic",
    "decisions": "a decision",
    "action_items": "an action item",
    "questions": "an open question",
    "quotes": "a quote",
}


@dataclass(frozen=True, slots=True)
class EditView:
    """An edit in the list of changes. `about` is the text that it is about; undo and redo cannot be undone."""

    number: int
    title: str
    about: str
    by: str
    at: datetime
    is_undone: bool
    can_undo: bool


@dataclass(frozen=True, slots=True)
class History:
    """The edits of a recap, newest first. `last` is the number of the last one, 0 if there is none."""

    entries: tuple[EditView, ...]
    steps: NextSteps
    last: int


def list_history(recording: Recording, transcript: Transcript) -> History:
    """The edits of a recording, in the names of the transcript that is shown."""
    rows = edits.list_edits(recording.id)
    by_number = {row.number: row for row, _ in rows}
    names = {name_number(one.id): one.name for one in transcript.speakers}
    entries = tuple(_make_view(row, by_number, email, names) for row, email in reversed(rows))
    known = [edits.to_edit(row) for row, _ in rows]
    return History(entries, find_next_steps(known), last_number(known))


def _make_view(row: EditRow, rows: dict[int, EditRow], email: str | None, names: dict[str, str]) -> EditView:
    is_step = row.kind in (UNDO, REDO)
    what = rows[row.payload["edit"]] if is_step else row
    return EditView(
        number=row.number,
        title=f"{_STEPS[row.kind]}: {_make_title(what)}" if is_step else _make_title(row),
        about=replace_names(_describe(what, rows), names),
        by=email or "",
        at=row.created_at,
        is_undone=row.undone_at is not None,
        can_undo=not is_step and row.undone_at is None,
    )


def _make_title(row: EditRow) -> str:
    """What an edit did, such as "Changed a decision"."""
    target = row.payload.get("target")
    if row.kind == kinds.REVIEW:
        return "Reviewed the recap"
    if row.kind == kinds.REPLACE:
        return f"Replaced words in {_PLACES[row.payload['where']]} ({count(row.payload['places'], 'place')})"
    what = _name_target(target) if target else "everything"
    if row.kind == kinds.RESTORE:
        return f"{what} back to what was written".capitalize()
    if row.kind == kinds.APPROVE and not row.payload["approved"]:
        return f"No longer approved {what}"
    return f"{_VERBS[row.kind]} {what}"


def _name_target(target: Mapping[str, Any]) -> str:
    """What an edit is about: a point by its kind, a segment by its time."""
    return f"the segment at {clock(target['start'])}" if "segment" in target else _SECTIONS[target["section"]]


def _describe(row: EditRow, rows: dict[int, EditRow]) -> str:
    target = row.payload.get("target")
    if row.kind == kinds.REPLACE:
        return f"“{row.payload['find']}” by “{row.payload['write']}”"
    if target is None or "segment" in target:
        return str(row.payload.get("text", ""))
    changes = row.payload.get("changes", {})
    first = rows[target["root"]].payload
    text = changes.get("text") or (target["written"] or {}).get("text") or first.get("changes", {}).get("text", "")
    return str(text)
