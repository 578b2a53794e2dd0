"""The endpoints of the API."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, url_for

from core import recap_versions
from core.clock import utc_now
from core.jobs import estimates
from core.recordings import queries
from core.recordings.options import recap_options_of
from core.recordings.tags import set_tags
from core.retention import deletion
from pipeline.errors import PipelineError
from pipeline.reading.public import name_owners, to_public
from pipeline.recap import Recap, to_plain
from webapp import error_responses, errors, paging
from webapp.api.serializers import serialize_recording, serialize_recordings, serialize_version
from webapp.auth import authentication
from webapp.network import client_network
from webapp.recordings import (
    actions,
    doubt_views,
    exports,
    meeting_details,
    parts,
    player,
    recap_options,
    speaker_names,
    tag_input,
    version_history,
    voice_offers,
    voice_proposals,
)
from webapp.recordings.library_input import find_page, read_view
from webapp.recordings.own import find_own
from webapp.recordings.parts_input import read_join, read_split
from webapp.security import limiter
from webapp.uploads import form_upload

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

#: Rate limit. A program that polls a job once a second stays far below.
CALLS = "1200 per minute"
MOST_DOUBTS = 1000
"""At a time."""


def _rate_limit_key() -> str:
    """The owner of the API key, or the address of the client. Never the key itself, which Redis would then hold."""
    try:
        return authentication.authenticate_key().id
    except errors.Unauthorized:
        return client_network(request.remote_addr)


limiter.limit(lambda: CALLS, key_func=_rate_limit_key)(blueprint)


@blueprint.before_request
def _require_key() -> Response | None:
    try:
        authentication.authenticate_key()
    except errors.Unauthorized as error:
        return _close_connection(error_responses.make_response(error))
    return None


def _close_connection(response: Response) -> Response:
    """Part of the body may still be arriving."""
    response.headers["Connection"] = "close"
    return response


def _show(recording_id: str, status: int) -> tuple[Response, int]:
    recording, estimate = find_own(recording_id), estimates.estimate_queue(utc_now())
    return jsonify(serialize_recording(recording, estimate)), status


@blueprint.post("/recordings")
def create() -> tuple[Response, int] | Response:
    """Upload a recording."""
    try:
        recording = form_upload.receive_upload(authentication.current_account())
    except PipelineError as error:
        return _close_connection(error_responses.make_response(error))
    earlier = queries.earlier_copy(recording)
    body = serialize_recording(find_own(recording.id), estimates.estimate_queue(utc_now()))
    response = jsonify(**body, duplicate_of=earlier.id if earlier else None)
    response.headers["Location"] = url_for("api.show", recording_id=recording.id)
    return response, 201


@blueprint.post("/recordings/join")
def join() -> tuple[Response, int]:
    """Make one recording of several."""
    made = parts.join(authentication.current_account(), read_join(request.get_data()))
    response, status = _show(made.id, 201)
    response.headers["Location"] = url_for("api.show", recording_id=made.id)
    return response, status


@blueprint.post("/recordings/<recording_id>/split")
def split(recording_id: str) -> tuple[Response, int]:
    """Make two recordings of one."""
    made = parts.split(find_own(recording_id), read_split(request.get_data()))
    estimate = estimates.estimate_queue(utc_now())
    return jsonify(items=serialize_recordings([find_own(one.id) for one in made], estimate)), 201


@blueprint.get("/recordings")
def index() -> Response:
    """The user's recordings: those that the address asks for."""
    owner, limit = authentication.current_account(), paging.read_limit(request.args.get("limit"))
    page, cursor = find_page(owner.id, read_view(request.args), limit, request.args.get("cursor"))
    items = serialize_recordings(page, estimates.estimate_queue(utc_now()))
    return jsonify(items=items, next_cursor=cursor)


@blueprint.get("/recordings/<recording_id>")
def show(recording_id: str) -> tuple[Response, int]:
    """A recording and its progress."""
    return _show(recording_id, 200)


@blueprint.patch("/recordings/<recording_id>")
def change(recording_id: str) -> tuple[Response, int]:
    """Change the title, the details of the meeting, or the tags. Other than for tags, the PDF is made again."""
    recording = find_own(recording_id)
    sent, tags = tag_input.split_json(request.get_data())
    if sent or tags is None:
        meeting_details.save(recording, meeting_details.read_object(sent))
    if tags is not None:
        set_tags(recording.id, tags)
    return _show(recording_id, 200)


@blueprint.get("/recordings/<recording_id>/transcript")
def transcript(recording_id: str) -> Response:
    """The transcript with speakers."""
    return jsonify(to_public(_load_recap(recording_id).transcript))


@blueprint.get("/recordings/<recording_id>/doubts")
def list_doubts(recording_id: str) -> Response:
    """The places of the transcript and the recap that are most worth a listen."""
    limit = paging.read_limit(request.args.get("limit"), maximum=MOST_DOUBTS)
    return jsonify(doubt_views.serialize_doubts(_load_recap(recording_id), limit))


@blueprint.put("/recordings/<recording_id>/speakers")
def name_speakers(recording_id: str) -> Response:
    """Name the speakers. The PDF is made again with the names."""
    recording = find_own(recording_id)
    speaker_names.save_names(recording, speaker_names.read_json(request.get_data()))
    return jsonify(speakers=to_plain(actions.load_recap(recording).transcript)["speakers"])


@blueprint.get("/recordings/<recording_id>/voices")
def list_voices(recording_id: str) -> Response:
    """The names that voices propose for speakers without one."""
    recording = find_own(recording_id)
    actions.load_recap(recording)
    return jsonify(items=voice_proposals.serialize_proposals(recording))


@blueprint.get("/recordings/<recording_id>/offers")
def list_offers(recording_id: str) -> Response:
    """The offers to merge or part speakers."""
    recording = find_own(recording_id)
    return jsonify(items=voice_offers.serialize_offers(recording, actions.load_recap(recording).transcript))


@blueprint.put("/recordings/<recording_id>/offers/<offer_id>")
def answer_offer(recording_id: str, offer_id: str) -> Response:
    """Accept or dismiss an offer, or take the answer back. The PDF is made again where speakers change."""
    recording = find_own(recording_id)
    voice_offers.answer_offer(recording, offer_id, voice_offers.read_json(request.get_data()))
    items = voice_offers.serialize_offers(recording, actions.load_recap(recording).transcript)
    return jsonify(next(item for item in items if item["id"] == offer_id))


@blueprint.get("/recordings/<recording_id>/summary")
def summary(recording_id: str) -> Response:
    """The summary of the recap."""
    return jsonify(to_plain(name_owners(_load_recap(recording_id))))


def _load_recap(recording_id: str) -> Recap:
    """The current recap, or the version that the query names."""
    number = version_history.read_version_number(request.args.get("version"))
    return actions.load_recap(find_own(recording_id), number)


@blueprint.get("/recordings/<recording_id>/versions")
def list_versions(recording_id: str) -> Response:
    """The versions of the recap, newest first."""
    recording = find_own(recording_id)
    return jsonify(items=[serialize_version(each, recording) for each in recap_versions.list_versions(recording.id)])


@blueprint.post("/recordings/<recording_id>/versions/<int:number>/use")
def use_version(recording_id: str, number: int) -> tuple[Response, int]:
    """Make a version the current one. Its PDF is made again."""
    actions.use_version(find_own(recording_id), number)
    return _show(recording_id, 202)


@blueprint.get("/recordings/<recording_id>/exports/<kind>")
def export(recording_id: str, kind: str) -> Response:
    """The recap as a file."""
    return exports.send(find_own(recording_id), kind)


@blueprint.get("/recordings/<recording_id>/audio")
def audio(recording_id: str) -> Response:
    """The sound of a recording."""
    return player.send_sound(find_own(recording_id))


@blueprint.post("/recordings/<recording_id>/cancel")
def cancel(recording_id: str) -> tuple[Response, int]:
    """Cancel the job of a recording."""
    actions.cancel(find_own(recording_id))
    return _show(recording_id, 202)


@blueprint.post("/recordings/<recording_id>/retry")
def retry(recording_id: str) -> tuple[Response, int]:
    """Retry a failed or cancelled job. Finished stages are kept."""
    actions.retry(find_own(recording_id))
    return _show(recording_id, 202)


@blueprint.post("/recordings/<recording_id>/summarize")
def summarize(recording_id: str) -> tuple[Response, int]:
    """Write the recap again, with the options of the body or as before."""
    recording, body = find_own(recording_id), request.get_data()
    chosen = recap_options.read_json(body, recap_options_of(recording)) if body.strip() else None
    actions.process_again(recording, chosen)
    return _show(recording_id, 202)


@blueprint.delete("/recordings/<recording_id>")
def delete(recording_id: str) -> tuple[str, int]:
    """Delete a recording permanently."""
    deletion.remove_recording(find_own(recording_id).id)
    return "", 204
