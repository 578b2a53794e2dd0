"""The endpoints about edits of a recap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, request

from core.database.tables import EditRow, Recording
from core.recordings import edits as stored
from core.recordings import recaps
from core.recordings.reviews import find_review
from pipeline.edits.edit import effective
from pipeline.edits.history import find_next_steps, last_number
from pipeline.edits.point_board import PointBoard
from webapp.api.routes import blueprint as blueprint
from webapp.api.serializers import format_time, serialize_review
from webapp.auth import authentication
from webapp.recordings import edits, replacements, reviews
from webapp.recordings.edit_input import read_edit, read_step
from webapp.recordings.own import find_own
from webapp.recordings.replace_input import read_replacement

_ADDRESS = "/recordings/<recording_id>/edits"


@blueprint.get(_ADDRESS)
def list_edits(recording_id: str) -> Response:
    """All edits, newest first, and which one is undone or done again next."""
    rows = stored.list_edits(find_own(recording_id).id)
    known = [stored.to_edit(row) for row, _ in rows]
    steps = find_next_steps(known)
    items = _serialize(recording_id, rows)
    return jsonify(items=items[::-1], last=last_number(known), undo=steps.undo, redo=steps.redo)


@blueprint.post(_ADDRESS)
def add_edit(recording_id: str) -> tuple[Response, int]:
    """Correct the recap. The PDF is made again."""
    recording = find_own(recording_id)
    number = edits.edit_recap(recording, authentication.current_account(), read_edit(request.get_data()))
    return jsonify(_find_item(recording, number)), 201


@blueprint.post(f"{_ADDRESS}/undo")
def undo_edit(recording_id: str) -> Response:
    """Undo an edit, or the last one."""
    recording = find_own(recording_id)
    number = edits.undo(recording, authentication.current_account(), read_step(request.get_data()))
    return jsonify(_find_item(recording, number))


@blueprint.post(f"{_ADDRESS}/redo")
def redo_edit(recording_id: str) -> Response:
    """Do an undone edit again, or the one undone last."""
    recording = find_own(recording_id)
    number = edits.redo(recording, authentication.current_account(), read_step(request.get_data()))
    return jsonify(_find_item(recording, number))


@blueprint.post("/recordings/<recording_id>/replacements")
def replace_words(recording_id: str) -> tuple[Response, int]:
    """Replace words wherever they stand, as one edit. The PDF is made again."""
    recording, sent = find_own(recording_id), read_replacement(request.get_data())
    number = replacements.replace_words(recording, authentication.current_account(), sent)
    return jsonify(_find_item(recording, number)), 201


@blueprint.post("/recordings/<recording_id>/replacements/preview")
def preview_replacement(recording_id: str) -> Response:
    """What a replacement would change. Nothing is kept."""
    recording, sent = find_own(recording_id), read_replacement(request.get_data())
    found = replacements.preview(recording, authentication.current_account(), sent)
    return jsonify(replacements.serialize_preview(found))


@blueprint.put("/recordings/<recording_id>/review")
def set_review(recording_id: str) -> Response:
    """Say that the recap was reviewed, or take that back. The PDF is made again."""
    recording = find_own(recording_id)
    reviews.set_review(recording, authentication.current_account(), reviews.read_review(request.get_data()))
    return jsonify(serialize_review(find_review(recording.id)))


def _find_item(recording: Recording, number: int) -> dict[str, Any]:
    items = _serialize(recording.id, stored.list_edits(recording.id))
    return next(item for item in items if item["number"] == number)


def _serialize(recording_id: str, rows: Sequence[tuple[EditRow, str | None]]) -> list[dict[str, Any]]:
    """All edits in order, each with the id of its point in the current summary."""
    unedited = recaps.load_unedited(recording_id)
    known = [stored.to_edit(row) for row, _ in rows]
    sections = PointBoard(unedited, effective(known)).sections if unedited else {}
    ids = {entry.root: entry.point.id for entries in sections.values() for entry in entries if entry.root is not None}
    return [_serialize_edit(row, email, ids) for row, email in rows]


def _serialize_edit(row: EditRow, email: str | None, ids: dict[int, str]) -> dict[str, Any]:
    target = row.payload.get("target") or {}
    return {
        "number": row.number,
        "kind": row.kind,
        "section": target.get("section"),
        "point": ids.get(target.get("root", 0)),
        "segment": target.get("segment"),
        "written": target.get("written"),
        "details": {name: value for name, value in row.payload.items() if name != "target"},
        "by": email,
        "at": format_time(row.created_at),
        "undone_at": format_time(row.undone_at) if row.undone_at else None,
    }
