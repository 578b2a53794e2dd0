"""The actions on the page of a recording. Each is a plain form, so they work without scripts."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.recordings.options import recap_options_of
from core.recordings.tags import set_tags
from core.retention import deletion
from webapp import errors
from webapp.recordings import actions, meeting_details, recap_options, speaker_names, tag_input, voice_offers
from webapp.recordings.own import find_own, redirect_to

blueprint = Blueprint("actions", __name__, url_prefix="/recordings/<recording_id>")


@blueprint.post("/cancel")
@login_required
def cancel(recording_id: str) -> Response:
    """Cancel the job."""
    actions.cancel(find_own(recording_id))
    return redirect_to(recording_id)


@blueprint.post("/retry")
@login_required
def retry(recording_id: str) -> Response:
    """Continue where the job stopped."""
    actions.retry(find_own(recording_id))
    return redirect_to(recording_id)


@blueprint.post("/again")
@login_required
def process_again(recording_id: str) -> Response:
    """Do what is missing and write the recap again, with the same options."""
    actions.process_again(find_own(recording_id))
    return redirect_to(recording_id)


@blueprint.get("/rewrite")
@login_required
def rewrite_form(recording_id: str) -> str:
    """The form to write the recap again, for browsers without scripts."""
    recording = find_own(recording_id)
    return render_template("rewrite.html", recording=recording, chosen=recap_options_of(recording))


@blueprint.post("/rewrite")
@login_required
def rewrite(recording_id: str) -> Response | tuple[str, int]:
    """Write the recap again with the options of the form."""
    recording = find_own(recording_id)
    try:
        options = recap_options.read_form(request.form, recap_options_of(recording))
    except errors.InvalidRequest as error:
        page = render_template("rewrite.html", recording=recording, chosen=request.form, error=error)
        return page, error.status
    actions.process_again(recording, options)
    return redirect_to(recording_id)


@blueprint.post("/versions/<int:number>/use")
@login_required
def use_version(recording_id: str, number: int) -> Response:
    """Make a version of the recap the current one."""
    actions.use_version(find_own(recording_id), number)
    return redirect_to(recording_id)


@blueprint.post("/speakers")
@login_required
def name_speakers(recording_id: str) -> Response:
    """Save the speaker names of the form."""
    recording = find_own(recording_id)
    names = speaker_names.read_form(request.form)
    speaker_names.save_names(recording, names)
    return redirect_to(recording_id, "#speakers")


@blueprint.get("/details")
@login_required
def details_form(recording_id: str) -> str:
    """The form to change the title and the details of the meeting."""
    recording = find_own(recording_id)
    values = {**meeting_details.list_values(recording), "tags": tag_input.format_tags(recording)}
    return render_template("edit_details.html", recording=recording, values=values)


@blueprint.post("/details")
@login_required
def change_details(recording_id: str) -> Response | tuple[str, int]:
    """Save the title and the details of the form."""
    recording = find_own(recording_id)
    try:
        change = meeting_details.read_form(request.form)
        tags = tag_input.read_form(request.form)
    except errors.InvalidRequest as error:
        page = render_template(
            "edit_details.html", recording=recording, values=request.form, error=error, field=error.field
        )
        return page, error.status
    meeting_details.save(recording, change)
    if tags is not None:
        set_tags(recording.id, tags)
    return redirect_to(recording_id, "#details")


@blueprint.post("/offers/<offer_id>")
@login_required
def answer_offer(recording_id: str, offer_id: str) -> Response:
    """Accept or dismiss an offer to merge or part speakers, or take the answer back."""
    voice_offers.answer_offer(find_own(recording_id), offer_id, voice_offers.read_form(request.form))
    return redirect_to(recording_id, "#speakers")


@blueprint.get("/delete")
@login_required
def confirm_delete(recording_id: str) -> str:
    """Ask for confirmation before a recording is deleted, for browsers without scripts."""
    return render_template("delete.html", recording=find_own(recording_id))


@blueprint.post("/delete")
@login_required
def delete(recording_id: str) -> Response:
    """Delete a recording permanently."""
    deletion.remove_recording(find_own(recording_id).id)
    return cast(Response, redirect(url_for("recordings.library"), 303))
