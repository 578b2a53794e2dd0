"""The upload page: with scripts several files with progress, without them a plain form."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user, login_required

import config
from core.clock import utc_now
from core.database.tables import Recording
from core.jobs import estimates
from core.recordings import queries
from pipeline.errors import PipelineError
from pipeline.languages import LANGUAGES
from webapp import errors, formats, security
from webapp.auth import sessions
from webapp.recordings import actions, choices, rows
from webapp.uploads import intake, sample

pages = Blueprint("uploads", __name__)

#: Numbers of speakers that the form offers.
SPEAKER_CHOICES = range(1, 21)


@pages.app_context_processor
def _form_values() -> dict[str, object]:
    settings = config.load()
    languages = sorted(LANGUAGES.items(), key=lambda item: item[1])
    return {
        "languages": languages,
        "speaker_choices": SPEAKER_CHOICES,
        "recap_templates": choices.offered,
        "language_models": choices.language_models,
        "max_upload_bytes": settings.max_upload_bytes,
        "max_audio_seconds": settings.max_audio_seconds,
    }


@pages.get("/upload")
@login_required
def form() -> str:
    """The upload form."""
    return render_template("upload.html", chosen={})


# Exempt, because checking the form's token would read the whole body first; it is checked once the form is parsed.
@pages.post("/upload")
@security.csrf.exempt
def upload() -> Response:
    """Take in a recording from a browser; answers a script with JSON, a plain form with a page."""
    try:
        if not current_user.is_authenticated:
            intake.drain()
            raise errors.Unauthorized("You are not logged in.", "Log in, then upload again.")
        security.refuse_other_sites()
        recording = intake.receive(sessions.me(), check_form=security.check_token)
    except PipelineError as error:
        return _refuse(error)
    where = url_for("recordings.show", recording_id=recording.id)
    if errors.wants_json():
        earlier = queries.earlier_copy(recording)
        answer = jsonify(
            id=recording.id, title=recording.title, url=where, duplicate_of=earlier.id if earlier else None
        )
        answer.status_code = 201
        return answer
    return cast(Response, redirect(where, 303))


@pages.get("/upload/<recording_id>")
@login_required
def taken_in(recording_id: str) -> Response:
    """What the upload page says of a recording that has just arrived: how it stands, and whether it came before."""
    recording = actions.find(recording_id, sessions.me())
    state = rows.state(recording, estimates.estimate_queue(utc_now()))
    earlier = queries.earlier_copy(recording)
    return jsonify(
        state=", ".join(filter(None, (state.head, state.text))),
        earlier=None if earlier is None else _earlier(earlier),
    )


def _earlier(recording: Recording) -> dict[str, str]:
    where = url_for("recordings.show", recording_id=recording.id)
    return {"title": recording.title, "url": where, "when": formats.full_date(recording.created_at)}


def _refuse(error: PipelineError) -> Response:
    if errors.wants_json() or not current_user.is_authenticated:
        response = errors.answer(error)
    else:
        field = getattr(error, "field", None)
        chosen = request.form if field else {}  # with a field named, the form has been read
        page = render_template("upload.html", error=error, field=field, chosen=chosen)
        response = Response(page, errors.status_of(error), mimetype="text/html")
    # part of the body may still be on its way
    response.headers["Connection"] = "close"
    return response


@pages.post("/sample")
@login_required
def try_sample() -> Response:
    """Add the sample meeting to the library."""
    recording = sample.add(sessions.me())
    return cast(Response, redirect(url_for("recordings.show", recording_id=recording.id), 303))
