"""The endpoints about the minutes of a recording."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, request

from webapp.api.edit_routes import blueprint as blueprint
from webapp.auth import authentication
from webapp.recordings import minutes
from webapp.recordings.minutes_input import LIMITS, read_minutes
from webapp.recordings.own import find_own

_ADDRESS = "/recordings/<recording_id>/minutes"


@blueprint.get(_ADDRESS)
def get_minutes(recording_id: str) -> Response:
    """What is known and filled in of the minutes."""
    return jsonify(_serialize(minutes.view_minutes(find_own(recording_id))))


@blueprint.put(_ADDRESS)
def put_minutes(recording_id: str) -> Response:
    """Fill in the minutes."""
    recording = find_own(recording_id)
    minutes.save_minutes(recording, authentication.current_account(), read_minutes(request.get_data()))
    return jsonify(_serialize(minutes.view_minutes(recording)))


def _serialize(view: minutes.MinutesView) -> dict[str, Any]:
    motions = [{"point": point.id, "text": point.text, **asdict(motion)} for point, motion in view.motions]
    texts = {name: getattr(view.filled, name) for name in LIMITS}
    return {"seen": view.seen, "version": view.version, **texts, "motions": motions}
