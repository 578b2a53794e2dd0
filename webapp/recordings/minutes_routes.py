"""The page on which the minutes of a recording are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.database.tables import Recording
from pipeline.errors import PipelineError
from webapp import error_responses
from webapp.auth import authentication
from webapp.recordings import minutes
from webapp.recordings.minutes_input import LIMITS, MAX_MOTION_TEXT, MOTION_FIELDS, read_minutes_form
from webapp.recordings.own import find_own

blueprint = Blueprint("minutes", __name__, url_prefix="/recordings/<recording_id>/minutes")


@blueprint.get("")
@login_required
def show(recording_id: str) -> str:
    """The form."""
    return _render(find_own(recording_id))


@blueprint.post("")
@login_required
def save(recording_id: str) -> Response | tuple[str, int]:
    """Keep what was filled in; where it cannot be kept, the form with the reason and with what was typed."""
    recording = find_own(recording_id)
    view = minutes.view_minutes(recording)
    try:
        sent = read_minutes_form(request.form)
        minutes.save_minutes(recording, authentication.current_account(), sent)
    except minutes.RecapChanged as error:
        texts = {name: request.form[name] for name in LIMITS if name in request.form}
        return _render(recording, error, texts, view), error_responses.status_of(error)
    except PipelineError as error:
        return _render(recording, error, request.form, view), error_responses.status_of(error)
    return cast(Response, redirect(url_for("minutes.show", recording_id=recording.id, saved=1), 303))


def _render(
    recording: Recording,
    error: PipelineError | None = None,
    typed: Mapping[str, str] | None = None,
    view: minutes.MinutesView | None = None,
) -> str:
    view = view or minutes.view_minutes(recording)
    values = {name: getattr(view.filled, name) for name in LIMITS}
    for point, motion in view.motions:
        values |= {f"{field}:{point.id}": getattr(motion, field) for field in MOTION_FIELDS}
    return render_template(
        "minutes.html",
        recording=recording,
        view=view,
        values={**values, **(typed or {})},
        error=error,
        limits=LIMITS,
        motion_limit=MAX_MOTION_TEXT,
    )
