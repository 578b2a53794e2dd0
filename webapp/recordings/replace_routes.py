"""The page that finds and replaces words. The words are never in an address, which logs would keep."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_login import login_required

from core.database.tables import Recording
from core.recordings.edits import get_edits
from pipeline.edits.history import last_number
from pipeline.errors import PipelineError
from webapp import error_responses, errors
from webapp.auth import authentication
from webapp.recordings import actions, replacements
from webapp.recordings.own import find_own, redirect_to
from webapp.recordings.replace_input import MAX_WORDS, read_replacement_form
from webapp.recordings.replacements import Preview

blueprint = Blueprint("replacements", __name__, url_prefix="/recordings/<recording_id>/replace")


@blueprint.get("")
@login_required
def show_form(recording_id: str) -> str:
    """The form to find and replace words."""
    recording = find_own(recording_id)
    actions.load_recap(recording)
    return _render(recording)


@blueprint.post("")
@login_required
def replace_words(recording_id: str) -> Response | str | tuple[str, int]:
    """Show what the form would change or, once that was seen, change it."""
    recording, author = find_own(recording_id), authentication.current_account()
    try:
        sent = read_replacement_form(request.form)
        if request.form.get("step") != "apply":
            return _render(recording, found=replacements.preview(recording, author, sent))
        replacements.replace_words(recording, author, sent)
    except PipelineError as error:
        return _render(recording, error=error), error_responses.status_of(error)
    return redirect_to(recording.id, "#changes")


def _render(recording: Recording, found: Preview | None = None, error: PipelineError | None = None) -> str:
    return render_template(
        "replace.html",
        recording=recording,
        words=request.form,
        max_words=MAX_WORDS,
        seen=found.last if found else last_number(get_edits(recording.id)),
        found=found,
        error=error,
        field=error.field if isinstance(error, errors.InvalidRequest) else None,
    )
