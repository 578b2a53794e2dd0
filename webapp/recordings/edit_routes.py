"""The pages that correct a recap. Everything is a plain form, so that it works without scripts."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_login import login_required

from core.database.tables import Recording
from pipeline.edits.edit import ADD, CHANGE
from pipeline.errors import PipelineError
from webapp import error_responses, errors
from webapp.auth import authentication
from webapp.recordings import edits, reviews
from webapp.recordings.edit_form import PointForm, make_add_form, make_point_form
from webapp.recordings.edit_input import read_edit_form, read_step_form
from webapp.recordings.own import find_own, redirect_to
from webapp.recordings.segment_form import make_segment_form

blueprint = Blueprint("edits", __name__, url_prefix="/recordings/<recording_id>")


@blueprint.get("/points/<point_id>/edit")
@login_required
def edit_point(recording_id: str, point_id: str) -> str:
    """The form to correct a point."""
    recording = find_own(recording_id)
    return _render(recording, make_point_form(recording, point_id))


@blueprint.post("/points/<point_id>/edit")
@login_required
def save_point(recording_id: str, point_id: str) -> Response | tuple[str, int]:
    """Do what a form asks of a point: change, approve, move, remove or restore it."""
    recording = find_own(recording_id)
    form = make_point_form(recording, point_id)
    return _save(recording, form, "#recap" if request.form.get("kind") == "remove" else f"#point-{point_id}")


@blueprint.get("/points/new")
@login_required
def new_point(recording_id: str) -> str:
    """The form to add a point."""
    recording = find_own(recording_id)
    return _render(recording, make_add_form(recording, request.args.get("section", "decisions")))


@blueprint.post("/points/new")
@login_required
def add_point(recording_id: str) -> Response | tuple[str, int]:
    """Add the point of the form."""
    recording = find_own(recording_id)
    return _save(recording, make_add_form(recording, request.form.get("section", "")), "#recap")


@blueprint.get("/segments/<segment_id>/edit")
@login_required
def edit_segment(recording_id: str, segment_id: str) -> str:
    """The form to correct a paragraph of the transcript."""
    recording = find_own(recording_id)
    form = make_segment_form(recording, segment_id)
    return render_template("edit_segments.html", recording=recording, form=form, error=None, typed=None)


@blueprint.post("/segments/<segment_id>/edit")
@login_required
def save_segment(recording_id: str, segment_id: str) -> Response | tuple[str, int]:
    """Do what a form asks of a segment: correct, assign, split, merge or restore it."""
    recording = find_own(recording_id)
    form = make_segment_form(recording, segment_id)
    sent = request.form
    try:
        edit = read_edit_form(sent, {})
        if edit is not None:
            edits.edit_recap(recording, authentication.current_account(), edit)
    except PipelineError as error:
        page = render_template(
            "edit_segments.html", recording=recording, form=form, error=error,
            typed=sent.get("text"), typed_for=sent.get("segment"),
        )  # fmt: skip
        return page, error_responses.status_of(error)
    return redirect_to(recording.id, f"#t={form.segments[0].start:.1f}")


@blueprint.post("/edits")
@login_required
def restore_all(recording_id: str) -> Response:
    """Go back to what the engines made."""
    recording = find_own(recording_id)
    sent = read_edit_form({"kind": "restore", "seen": request.form.get("seen", "")}, {})
    if sent is not None:
        edits.edit_recap(recording, authentication.current_account(), sent)
    return redirect_to(recording.id, "#changes")


@blueprint.post("/edits/undo")
@login_required
def undo(recording_id: str) -> Response:
    """Undo an edit of the list, or the last one."""
    recording = find_own(recording_id)
    edits.undo(recording, authentication.current_account(), read_step_form(request.form))
    return redirect_to(recording.id, "#changes")


@blueprint.post("/edits/redo")
@login_required
def redo(recording_id: str) -> Response:
    """Do an undone edit again."""
    recording = find_own(recording_id)
    edits.redo(recording, authentication.current_account(), read_step_form(request.form))
    return redirect_to(recording.id, "#changes")


@blueprint.post("/review")
@login_required
def set_review(recording_id: str) -> Response:
    """Say that the recap was reviewed, or take that back."""
    recording = find_own(recording_id)
    reviews.set_review(recording, authentication.current_account(), reviews.read_review_form(request.form))
    return redirect_to(recording.id)


def _save(recording: Recording, form: PointForm, fragment: str) -> Response | tuple[str, int]:
    """Keep what was sent; where it cannot be kept, the form with the reason and with what was typed."""
    own = {} if form.point is None else {"point": form.point.id}
    sent = request.form.to_dict() | own
    try:
        edit = read_edit_form(sent, form.values)
        if edit is not None:
            edits.edit_recap(recording, authentication.current_account(), edit)
    except PipelineError as error:
        if sent.get("kind") not in (CHANGE, ADD):
            raise
        return _render(recording, form.retyped(sent), error), error_responses.status_of(error)
    return redirect_to(recording.id, fragment)


def _render(recording: Recording, form: PointForm, error: PipelineError | None = None) -> str:
    field = error.field if isinstance(error, errors.InvalidRequest) else None
    return render_template("edit_point.html", recording=recording, form=form, error=error, field=field)
