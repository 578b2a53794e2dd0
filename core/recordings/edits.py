"""What people corrected in the recap of a recording: each edit is a row, and none is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.sessions import read, write
from core.database.tables import EditRow, Recording, User
from core.recordings.shown_speakers import render_again
from pipeline.edits.edit import ADD, REDO, REPLACE, RESTORE, REVIEW, UNDO, Edit, effective
from pipeline.edits.history import find_next_steps, last_number
from pipeline.edits.targets import Target, is_changed_since
from pipeline.errors import PipelineError

MAX_EDITS = 5000
MAX_REPLACEMENTS = 100
"""At a time, in a recap: each is looked for in all of it whenever it is shown."""
FindTarget = Callable[[Sequence[Edit], int], Target | None]
"""Finds what an edit with a number is about, among the edits so far; None where it is not there."""

_NO_STEP = {
    UNDO: ("There is no such edit to undo.", "The list of changes says which can be undone."),
    REDO: ("There is no such edit to do again.", "Only what was undone can be done again."),
}


class EditConflict(PipelineError):
    """An edit that does not fit what has been done since."""

    code = "conflict"


class NothingToEdit(PipelineError):
    """An edit of something that is not in the recap."""

    code = "not_found"


def list_edits(recording_id: str) -> list[tuple[EditRow, str | None]]:
    """All edits of a recording in order, each with the e-mail address of who made it."""
    query = select(EditRow, User.email).outerjoin(User, User.id == EditRow.user_id)
    with read() as session:
        rows = session.execute(query.where(EditRow.recording_id == recording_id).order_by(EditRow.number)).all()
        return [(row, email) for row, email in rows]


def to_edit(row: EditRow) -> Edit:
    """A row, for `pipeline.edits`."""
    return Edit(row.number, row.kind, row.payload, row.undone_at is not None)


def get_edits(recording_id: str) -> tuple[Edit, ...]:
    """All edits of a recording in order, for `pipeline.edits`."""
    with read() as session:
        return _read(session, recording_id)


def put_edits(recording_id: str, user_id: str, made: Sequence[Edit], now: datetime) -> None:
    """Keep edits that follow from those of other recordings, unless there are some already; renders nothing anew."""
    with write() as session:
        if session.get(Recording, recording_id, with_for_update=True) is None or _read(session, recording_id):
            return
        for edit in made[:MAX_EDITS]:
            about = {"number": edit.number, "kind": edit.kind, "payload": dict(edit.payload)}
            session.add(EditRow(recording_id=recording_id, user_id=user_id, created_at=now, **about))


def add_edit(
    recording_id: str,
    user_id: str,
    kind: str,
    payload: Mapping[str, Any],
    find_target: FindTarget,
    seen: int,
    now: datetime,
) -> int:
    """Keep an edit and queue the PDF anew; returns its number.

    `seen` is the number of the last edit that its author knew. Raises NothingToEdit, and EditConflict if what it is
    about was changed since, or if there are MAX_EDITS.
    """
    with write() as session:
        edits = _lock_and_read(session, recording_id)
        number = _next_number(edits)
        target = find_target(edits, number)
        if target is None:
            raise NothingToEdit("This is not in the recap.", "Reload the page: it may have been removed meanwhile.")
        if kind != ADD and is_changed_since(edits, target["root"], seen):
            raise EditConflict(
                "This was changed meanwhile, perhaps in another tab.",
                "Look at how it is now, then make your change again.",
            )
        return _keep(session, recording_id, user_id, number, kind, {**payload, "target": dict(target)}, now)


def restore_all(recording_id: str, user_id: str, seen: int, now: datetime) -> int:
    """Go back to what the engines made, as an edit that can be undone. Raises EditConflict."""
    with write() as session:
        edits = _lock_and_read(session, recording_id)
        _check_seen(edits, seen)
        return _keep(session, recording_id, user_id, _next_number(edits), RESTORE, {}, now)


def replace_words(recording_id: str, user_id: str, payload: Mapping[str, Any], seen: int, now: datetime) -> int:
    """Keep a `Replacement` as one edit; returns its number.

    Raises EditConflict if anything was changed since `seen`, or if MAX_REPLACEMENTS hold already.
    """
    with write() as session:
        edits = _lock_and_read(session, recording_id)
        _check_seen(edits, seen)
        if sum(edit.kind == REPLACE for edit in effective(edits)) >= MAX_REPLACEMENTS:
            raise EditConflict(
                f"Words were replaced {MAX_REPLACEMENTS} times in this recap.", "Undo some, or correct single places."
            )
        return _keep(session, recording_id, user_id, _next_number(edits), REPLACE, dict(payload), now)


def add_review(recording_id: str, user_id: str, version: int, seen: int | None, now: datetime) -> int:
    """Keep that a version of the recap was reviewed, as an edit; undoing it takes that back. Raises EditConflict."""
    with write() as session:
        edits = _lock_and_read(session, recording_id)
        _check_seen(edits, seen)
        if any(each.kind == REVIEW and not each.is_undone and each.payload["version"] == version for each in edits):
            raise EditConflict("This recap was reviewed already.", "Reload the page to see by whom.")
        return _keep(session, recording_id, user_id, _next_number(edits), REVIEW, {"version": version}, now)


def undo(recording_id: str, user_id: str, edit: int | None, seen: int | None, now: datetime) -> int:
    """Undo an edit, or the last one; returns its number. Raises EditConflict."""
    return _step(UNDO, recording_id, user_id, edit, seen, now)


def redo(recording_id: str, user_id: str, edit: int | None, seen: int | None, now: datetime) -> int:
    """Do an undone edit again, or the one undone last; returns its number. Raises EditConflict."""
    return _step(REDO, recording_id, user_id, edit, seen, now)


def _step(kind: str, recording_id: str, user_id: str, edit: int | None, seen: int | None, now: datetime) -> int:
    with write() as session:
        edits = _lock_and_read(session, recording_id)
        _check_seen(edits, seen)
        following = find_next_steps(edits)
        number = edit if edit is not None else following.undo if kind == UNDO else following.redo
        row = session.get(EditRow, (recording_id, number)) if number is not None else None
        if row is None or row.kind in (UNDO, REDO) or (row.undone_at is None) != (kind == UNDO):
            raise EditConflict(*_NO_STEP[kind])
        row.undone_at = now if kind == UNDO else None
        _keep(session, recording_id, user_id, _next_number(edits), kind, {"edit": row.number}, now)
        return row.number


def _lock_and_read(session: Session, recording_id: str) -> tuple[Edit, ...]:
    """The edits so far; whoever adds one waits for the others."""
    if session.get(Recording, recording_id, with_for_update=True) is None:
        raise NothingToEdit("This recording was deleted.", "Your recordings are in the library.")
    return _read(session, recording_id)


def _read(session: Session, recording_id: str) -> tuple[Edit, ...]:
    query = select(EditRow).where(EditRow.recording_id == recording_id).order_by(EditRow.number)
    return tuple(map(to_edit, session.scalars(query)))


def _next_number(edits: Sequence[Edit]) -> int:
    return last_number(edits) + 1


def _check_seen(edits: Sequence[Edit], seen: int | None) -> None:
    if seen is not None and is_changed_since(edits, None, seen):
        raise EditConflict(
            "This recap was changed meanwhile, perhaps in another tab.", "Look at the list of changes, then try again."
        )


def _keep(
    session: Session, recording_id: str, user_id: str, number: int, kind: str, payload: dict[str, Any], now: datetime
) -> int:
    if number > MAX_EDITS:
        raise EditConflict("This recap was edited too often.", "Write it again as a new recording to go on.")
    session.add(
        EditRow(recording_id=recording_id, number=number, kind=kind, payload=payload, user_id=user_id, created_at=now)
    )
    render_again(session, recording_id, now)
    return number
