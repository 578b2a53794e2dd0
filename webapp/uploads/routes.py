"""The upload page: with scripts for several files with progress, without them a plain form."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from core.clock import utc_now
from core.database.tables import Recording
from core.jobs import estimates
from core.recordings import queries
from pipeline.errors import PipelineError
from pipeline.languages import LANGUAGES
from webapp import error_responses, formats, sample_meeting, security
from webapp.auth import authentication
from webapp.recordings import option_lists
from webapp.recordings.own import find_own, redirect_to
from webapp.recordings.states import describe_state
from webapp.settings import current_settings
from webapp.uploads import form_upload

blueprint = Blueprint("uploads", __name__)

#: The numbers of speakers that the form offers.
SPEAKER_NUMBERS = range(1, 21)
#: The numbers of sound tracks that the form offers.
TRACK_NUMBERS = range(1, 9)


@blueprint.app_context_processor
def _add_form_values() -> dict[str, object]:
    """The values of the upload form, which several pages include."""
    settings = current_settings()
    return {
        "languages": sorted(LANGUAGES.items(), key=lambda item: item[1]),
        "speaker_numbers": SPEAKER_NUMBERS,
        "track_numbers": TRACK_NUMBERS,
        "recap_templates": option_lists.offered_templates,
        "language_models": option_lists.offered_models,
        "own_vocabulary": lambda: authentication.current_account().vocabulary or "",
        "max_upload_bytes": settings.max_upload_bytes,
        "max_audio_seconds": settings.max_audio_seconds,
    }


@blueprint.get("/upload")
@login_required
def form() -> str:
    """The upload form."""
    return render_template("upload.html", chosen={})


# Exempt, because checking the CSRF token would read the whole body first. It is checked once the form is parsed.
@blueprint.post("/upload")
@security.csrf.exempt
def upload() -> Response:
    """Receive a recording from a browser. A script gets JSON, a plain form a page."""
    try:
        if not current_user.is_authenticated:
            raise authentication.no_session("Log in, then upload again.")
        security.refuse_other_sites()
        recording = form_upload.receive_upload(authentication.current_account(), check_form=security.check_token)
    except PipelineError as error:
        return _refuse(error)
    address = url_for("recordings.show", recording_id=recording.id)
    if error_responses.wants_json():
        earlier = queries.earlier_copy(recording)
        duplicate_of = earlier.id if earlier else None
        response = jsonify(id=recording.id, title=recording.title, url=address, duplicate_of=duplicate_of)
        response.status_code = 201
        return response
    return cast(Response, redirect(address, 303))


@blueprint.get("/upload/<recording_id>")
@login_required
def uploaded(recording_id: str) -> Response:
    """What the upload page shows about a recording that has just arrived: its state, and an earlier copy."""
    recording = find_own(recording_id)
    state = describe_state(recording, estimates.estimate_queue(utc_now()))
    earlier = queries.earlier_copy(recording)
    return jsonify(
        state=", ".join(filter(None, (state.head, state.text))),
        earlier=None if earlier is None else _describe_earlier(earlier),
    )


def _describe_earlier(recording: Recording) -> dict[str, str]:
    address = url_for("recordings.show", recording_id=recording.id)
    return {"title": recording.title, "url": address, "when": formats.full_date(recording.created_at)}


def _refuse(error: PipelineError) -> Response:
    if error_responses.wants_json() or not current_user.is_authenticated:
        response = error_responses.make_response(error)
    else:
        field = getattr(error, "field", None)
        chosen = request.form if field else {}  # an error that names a field comes after the form was parsed
        page = render_template("upload.html", error=error, field=field, chosen=chosen)
        response = Response(page, error_responses.status_of(error), mimetype="text/html")
    # part of the body may still be arriving
    response.headers["Connection"] = "close"
    return response


@blueprint.post("/sample")
@login_required
def try_sample() -> Response:
    """Add the sample meeting to the library."""
    recording = sample_meeting.add_sample(authentication.current_account())
    return redirect_to(recording.id)
