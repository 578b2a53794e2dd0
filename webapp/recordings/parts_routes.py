"""The pages on which recordings are joined, or one is split. Plain forms, which work without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.database.tables import Recording
from core.parts import MOST_PARTS
from core.uploads.intake import MAX_TITLE
from pipeline.errors import PipelineError
from webapp import error_responses, errors
from webapp.auth import authentication
from webapp.recordings import actions, parts
from webapp.recordings.own import find_own, redirect_to
from webapp.recordings.parts_input import NUMBER_FIELD, read_join_form, read_split_form

blueprint = Blueprint("parts", __name__, url_prefix="/recordings/<recording_id>")


@blueprint.get("/join")
@login_required
def join_form(recording_id: str) -> str:
    """The form to join a recording with others."""
    return _render_join(find_own(recording_id))


@blueprint.post("/join")
@login_required
def join(recording_id: str) -> Response | tuple[str, int]:
    """Join the recordings of the form."""
    recording = find_own(recording_id)
    try:
        made = parts.join(authentication.current_account(), read_join_form(request.form))
    except PipelineError as error:
        return _render_join(recording, error), error_responses.status_of(error)
    return redirect_to(made.id)


@blueprint.get("/split")
@login_required
def split_form(recording_id: str) -> str | tuple[str, int]:
    """The form to split a recording; `at` is where, in seconds."""
    recording = find_own(recording_id)
    at = request.args.get("at", type=float)
    return _show_place(recording, {} if at is None else {"at": str(at)})


@blueprint.post("/split")
@login_required
def split(recording_id: str) -> Response | str | tuple[str, int]:
    """Show where the form would split or, once that was seen, split."""
    recording = find_own(recording_id)
    if request.form.get("step") != "apply":
        return _show_place(recording, request.form)
    try:
        parts.split(recording, read_split_form(request.form))
    except PipelineError as error:
        return _render_split(recording, request.form, error=error), error_responses.status_of(error)
    return cast(Response, redirect(url_for("recordings.library"), 303))


def _show_place(recording: Recording, sent: Mapping[str, str]) -> str | tuple[str, int]:
    transcript = actions.load_recap(recording).transcript
    if "at" not in sent:
        return _render_split(recording, sent)
    try:
        return _render_split(recording, sent, parts.find_place(read_split_form(sent).at, transcript))
    except errors.InvalidRequest as error:
        return _render_split(recording, sent, error=error), error_responses.status_of(error)


def _render_join(recording: Recording, error: PipelineError | None = None) -> str:
    numbers = {each.removeprefix(NUMBER_FIELD): value for each, value in request.form.items() if NUMBER_FIELD in each}
    return render_template(
        "join.html",
        recording=recording,
        others=parts.list_joinable(recording),
        numbers=numbers or {recording.id: "1"},
        title=request.form.get("title", ""),
        most_parts=MOST_PARTS,
        max_title=MAX_TITLE,
        error=error,
        field=error.field if isinstance(error, errors.InvalidRequest) else None,
    )


def _render_split(
    recording: Recording, sent: Mapping[str, str], place: float | None = None, error: PipelineError | None = None
) -> str:
    transcript = actions.load_recap(recording).transcript
    return render_template(
        "split.html",
        recording=recording,
        place=place,
        around=None if place is None else parts.segments_around(place, transcript),
        sent=sent,
        transcript=transcript,
        max_title=MAX_TITLE,
        error=error,
        field=error.field if isinstance(error, errors.InvalidRequest) else None,
    )
