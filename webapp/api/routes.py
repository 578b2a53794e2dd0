"""The calls of the API."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, request, url_for

from core import recap_versions
from core.clock import utc_now
from core.database.tables import Recording
from core.jobs import estimates
from core.recordings import queries
from core.retention import deletion
from pipeline.errors import PipelineError
from pipeline.recap import Recap, to_plain, to_public
from webapp import errors
from webapp.api import shapes
from webapp.auth import sessions
from webapp.recordings import actions, choices, exports, voices
from webapp.security import limiter
from webapp.uploads import intake

api = Blueprint("api", __name__, url_prefix="/api/v1")

#: A program may ask this often; one that follows a job once a second stays far below.
CALLS = "1200 per minute"


def _caller() -> str:
    """Who is counted: the owner of a key, else the address; never the key itself, which would lie in Redis."""
    try:
        return sessions.by_api_key().id
    except errors.Unauthorized:
        return request.remote_addr or ""


limiter.limit(lambda: CALLS, key_func=_caller)(api)


@api.before_request
def _require_key() -> Response | None:
    try:
        sessions.by_api_key()
    except errors.Unauthorized as error:
        intake.drain()
        response = errors.answer(error)
        response.headers["Connection"] = "close"
        return response
    return None


def _found(recording_id: str) -> Recording:
    return actions.find(recording_id, sessions.me())


def _shown(recording_id: str, status: int) -> tuple[Response, int]:
    return jsonify(shapes.recording(_found(recording_id), estimates.estimate_queue(utc_now()))), status


@api.post("/recordings")
def create() -> tuple[Response, int] | Response:
    """Upload a recording."""
    try:
        recording = intake.receive(sessions.me())
    except PipelineError as error:
        response = errors.answer(error)
        response.headers["Connection"] = "close"  # part of the body may still be on its way
        return response
    answer, status = _created(recording)
    answer.headers["Location"] = url_for("api.show", recording_id=recording.id)
    return answer, status


def _created(recording: Recording) -> tuple[Response, int]:
    earlier = queries.earlier_copy(recording)
    shown = shapes.recording(_found(recording.id), estimates.estimate_queue(utc_now()))
    return jsonify(**shown, duplicate_of=earlier.id if earlier else None), 201


@api.get("/recordings")
def index() -> Response:
    """The caller's recordings, newest first."""
    limit = shapes.read_limit(request.args.get("limit"))
    found = queries.page(sessions.me().id, limit + 1, shapes.read_cursor(request.args.get("cursor")))
    standing = estimates.estimate_queue(utc_now())
    items, more = found[:limit], len(found) > limit
    shown = [shapes.recording(each, standing) for each in items]
    return jsonify(items=shown, next_cursor=shapes.cursor(items[-1]) if more else None)


@api.get("/recordings/<recording_id>")
def show(recording_id: str) -> tuple[Response, int]:
    """A recording and how far it is."""
    return _shown(recording_id, 200)


@api.get("/recordings/<recording_id>/transcript")
def transcript(recording_id: str) -> Response:
    """Who said what."""
    return jsonify(to_public(_asked_recap(recording_id).transcript))


@api.put("/recordings/<recording_id>/speakers")
def name_speakers(recording_id: str) -> Response:
    """Call speakers by names; the PDF follows."""
    recording, names = _found(recording_id), shapes.read_json(request.get_data())
    if not isinstance(names, dict):
        raise errors.InvalidRequest("The body is not a JSON object of names.", 'Send one such as {"S1": "Anna"}.')
    voices.give_names(recording, names)
    return jsonify(speakers=to_plain(actions.load_recap(recording).transcript)["speakers"])


@api.get("/recordings/<recording_id>/summary")
def summary(recording_id: str) -> Response:
    """What it came to."""
    recap = _asked_recap(recording_id)
    # inside, an owner who speaks is an id, so that renaming reaches it; people want the name
    items = tuple(replace(item, owner=recap.transcript.owner_name(item)) for item in recap.summary.action_items)
    return jsonify(to_plain(replace(recap.summary, action_items=items)))


def _asked_recap(recording_id: str) -> Recap:
    """The recap that is shown, or the version that the query names."""
    return actions.load_recap(_found(recording_id), shapes.read_number(request.args.get("version")))


@api.get("/recordings/<recording_id>/versions")
def list_versions(recording_id: str) -> Response:
    """The recaps that were written of a recording, newest first."""
    recording = _found(recording_id)
    return jsonify(items=[shapes.version(each, recording) for each in recap_versions.listed(recording.id)])


@api.post("/recordings/<recording_id>/versions/<int:number>/use")
def use_version(recording_id: str, number: int) -> tuple[Response, int]:
    """Show a version from now on; its PDF is made."""
    actions.use_version(_found(recording_id), number)
    return _shown(recording_id, 202)


@api.get("/recordings/<recording_id>/exports/<kind>")
def export(recording_id: str, kind: str) -> Response:
    """The recap as a file."""
    return exports.send(_found(recording_id), kind)


@api.post("/recordings/<recording_id>/cancel")
def cancel(recording_id: str) -> tuple[Response, int]:
    """Stop the work on a recording."""
    actions.cancel(_found(recording_id))
    return _shown(recording_id, 202)


@api.post("/recordings/<recording_id>/retry")
def retry(recording_id: str) -> tuple[Response, int]:
    """Work on a recording again; what was finished is not computed again."""
    actions.retry(_found(recording_id))
    return _shown(recording_id, 202)


@api.post("/recordings/<recording_id>/summarize")
def summarize(recording_id: str) -> tuple[Response, int]:
    """Write the recap again, as the body asks for or as before."""
    recording, body = _found(recording_id), request.get_data()
    chosen = choices.from_json(body, choices.of(recording)) if body.strip() else None
    actions.process_again(recording, chosen)
    return _shown(recording_id, 202)


@api.delete("/recordings/<recording_id>")
def delete(recording_id: str) -> tuple[str, int]:
    """Delete a recording for good."""
    deletion.remove_recording(_found(recording_id).id)
    return "", 204
