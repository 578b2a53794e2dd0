"""The recording that a request is about, which must be its user's own, and the way back to its page."""

from __future__ import annotations

from typing import cast

from flask import Response, redirect, url_for

from core.database.tables import Recording
from webapp.auth import authentication
from webapp.recordings import actions


def find_own(recording_id: str) -> Recording:
    """The recording of who is logged in. Raises NotFound, also if it is somebody else's."""
    return actions.find(recording_id, authentication.current_account())


def redirect_to(recording_id: str, fragment: str = "") -> Response:
    """Lead to a place of the recording's page, after a form."""
    return cast(Response, redirect(url_for("recordings.show", recording_id=recording_id) + fragment, 303))
