"""The buttons of a recording; each is a plain form."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.retention import deletion
from webapp import errors
from webapp.auth import sessions
from webapp.recordings import actions, choices

buttons = Blueprint("steps", __name__, url_prefix="/recordings/<recording_id>")


def _back(recording_id: str) -> Response:
    return cast(Response, redirect(url_for("recordings.show", recording_id=recording_id), 303))


@buttons.post("/cancel")
@login_required
def cancel(recording_id: str) -> Response:
    """Stop the work."""
    actions.cancel(actions.find(recording_id, sessions.me()))
    return _back(recording_id)


@buttons.post("/retry")
@login_required
def retry(recording_id: str) -> Response:
    """Go on where it stopped."""
    actions.retry(actions.find(recording_id, sessions.me()))
    return _back(recording_id)


@buttons.post("/again")
@login_required
def again(recording_id: str) -> Response:
    """Do what is missing and write the recap again."""
    actions.process_again(actions.find(recording_id, sessions.me()))
    return _back(recording_id)


@buttons.get("/rewrite")
@login_required
def ask_how(recording_id: str) -> str:
    """What the recap shall be like this time, for browsers without scripts."""
    found = actions.find(recording_id, sessions.me())
    return render_template("rewrite.html", recording=found, chosen=choices.of(found))


@buttons.post("/rewrite")
@login_required
def rewrite(recording_id: str) -> Response | tuple[str, int]:
    """Write the recap as the form asks for."""
    found = actions.find(recording_id, sessions.me())
    try:
        chosen = choices.from_form(request.form, choices.of(found))
    except errors.InvalidRequest as error:
        return render_template("rewrite.html", recording=found, chosen=request.form, error=error), error.status
    actions.process_again(found, chosen)
    return _back(recording_id)


@buttons.post("/versions/<int:number>/use")
@login_required
def use_version(recording_id: str, number: int) -> Response:
    """Show a version of the recap from now on."""
    actions.use_version(actions.find(recording_id, sessions.me()), number)
    return _back(recording_id)


@buttons.get("/delete")
@login_required
def ask_to_delete(recording_id: str) -> str:
    """The question before a recording is deleted, for browsers without scripts."""
    return render_template("delete.html", recording=actions.find(recording_id, sessions.me()))


@buttons.post("/delete")
@login_required
def delete(recording_id: str) -> Response:
    """Delete a recording for good."""
    deletion.remove_recording(actions.find(recording_id, sessions.me()).id)
    return cast(Response, redirect(url_for("recordings.library"), 303))
