"""The actions on several recordings. Each is a plain form, so they work without scripts."""

from __future__ import annotations

from functools import partial
from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import login_required

from core.database.tables import Recording
from core.recordings import tags
from core.retention import deletion
from webapp.auth import authentication
from webapp.errors import InvalidRequest
from webapp.recordings import selection
from webapp.recordings.selection import Refusal

blueprint = Blueprint("selection", __name__, url_prefix="/selected")


@blueprint.post("")
@login_required
def choose() -> Response | str:
    """Do what the pressed button says, or ask for confirmation first."""
    recordings = selection.read_selection(request.form, authentication.current_account())
    action = request.form.get("action")
    if action == "delete":
        return render_template("delete_selected.html", recordings=recordings, back=_address())
    if action == "zip":
        return _send_archive(recordings)
    if action in ("add", "remove"):
        change = tags.add_tag if action == "add" else tags.remove_tag
        tag = tags.clean_tag(request.form.get("tag", ""))
        return _tell(selection.do_each(recordings, partial(change, tag=tag)), len(recordings))
    raise InvalidRequest("There is no such action.", "Use the buttons of the library.", field="action")


@blueprint.post("/delete")
@login_required
def delete() -> Response | str:
    """Delete the recordings permanently. Those that are gone already are no error."""
    recordings = selection.read_selection(request.form, authentication.current_account())
    deletion.remove_recordings([each.id for each in recordings])
    return _tell([], len(recordings))


def _send_archive(recordings: list[Recording]) -> Response:
    response = Response(selection.iterate_archive(recordings), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="recordings.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _tell(refused: list[Refusal], count: int) -> Response | str:
    """Lead back to the library, or say with which recordings it failed."""
    if refused:
        return render_template("selection_refused.html", refused=refused, count=count, back=_address())
    return cast(Response, redirect(_address(), 303))


def _address() -> str:
    query = selection.back_to(request.form)
    return url_for("recordings.library") + (f"?{query}" if query else "")
