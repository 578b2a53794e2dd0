"""Resumable uploads by the tus protocol, for the upload page and for programs: /files/."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

import config
from core.clock import utc_now
from core.database.tables import ResumableUpload
from core.queue import notifications
from core.recordings import queries
from core.uploads import resumable
from core.uploads.partial_file import OffsetTaken
from pipeline.errors import PipelineError
from webapp import errors, security
from webapp.auth import sessions
from webapp.uploads import body, intake, tus_headers, wishes
from webapp.uploads.sink import too_large

files = Blueprint("tus", __name__, url_prefix="/files")

#: A client may ask this often.
CALLS = "1200 per minute"
#: An upload that goes on for long is kept from expiring every so many seconds.
RENEW_SECONDS = 600.0

security.limiter.limit(lambda: CALLS)(files)


@files.before_request
def _look_at_the_caller() -> None:
    if request.method == "OPTIONS":
        return
    if "Authorization" in request.headers:
        sessions.by_api_key()
    elif not current_user.is_authenticated:
        raise errors.Unauthorized("Nobody is logged in.", "Log in, or send an API key, then go on.")
    elif request.method != "HEAD":
        security.refuse_forged()
    tus_headers.check_version()


@files.errorhandler(PipelineError)
def _refuse(error: PipelineError) -> Response:
    """Say why, though part of the body may still be on its way."""
    if request.content_length and not isinstance(error, body.LineLost):
        intake.drain()
    response = errors.answer(error)
    response.headers["Connection"] = "close"
    if isinstance(error, OffsetTaken):
        response.headers["Upload-Offset"] = str(error.size)
    return response


@files.after_request
def _name_the_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus_headers.VERSION
    if response.status_code == tus_headers.WrongVersion.status:
        response.headers["Tus-Version"] = tus_headers.VERSION
    return response


@files.route("/", methods=["OPTIONS"], provide_automatic_options=False)
@files.route("/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def options(upload_id: str | None = None) -> Response:
    """What this server can do."""
    return _answer(
        204,
        {
            "Tus-Version": tus_headers.VERSION,
            "Tus-Extension": ",".join(tus_headers.EXTENSIONS),
            "Tus-Checksum-Algorithm": ",".join(tus_headers.CHECKSUMS),
            "Tus-Max-Size": str(config.load().max_upload_bytes),
        },
    )


@files.post("/")
def create() -> Response:
    """Begin an upload; its first bytes may come along."""
    announced = tus_headers.announced(config.load().max_upload_bytes)
    if request.content_length or request.mimetype == tus_headers.CONTENT_TYPE:
        tus_headers.check_content_type()
    upload = resumable.create(sessions.me().id, announced, utc_now())
    headers = {"Location": url_for("tus.look", upload_id=upload.id)}
    if request.mimetype == tus_headers.CONTENT_TYPE:
        return _answer(201, headers | _take_in(upload, 0))
    return _answer(201, headers | {"Upload-Expires": tus_headers.date(upload.expires_at)})


@files.route("/<upload_id>", methods=["HEAD"])
def look(upload_id: str) -> Response:
    """How much of an upload is safe here."""
    upload = _found(upload_id)
    offset = resumable.offset(upload)
    return _answer(200, {"Upload-Length": str(upload.length)} | _state(upload, offset))


@files.patch("/<upload_id>")
def append(upload_id: str) -> Response:
    """Take in the next bytes."""
    tus_headers.check_content_type()
    upload = _found(upload_id)
    at = tus_headers.number("Upload-Offset")
    there = resumable.offset(upload)
    if at != there:
        raise OffsetTaken(there)
    return _answer(204, _take_in(upload, at))


@files.delete("/<upload_id>")
def give_up(upload_id: str) -> Response:
    """Remove an upload and its bytes; a recording that it has become stays."""
    resumable.remove(_found(upload_id).id)
    return _answer(204, {})


@files.put("/<upload_id>/wishes")
def change_wishes(upload_id: str) -> Response:
    """Ask for something else than at the beginning, as long as bytes are missing."""
    wished = wishes.from_form(request.form)
    if not resumable.change_wishes(_found(upload_id).id, wished):
        raise errors.Conflict("This upload has become a recording already.", "Look at the recording.")
    return _answer(204, {})


@files.post("/<upload_id>")
def override(upload_id: str) -> Any:
    """The other methods, for clients behind proxies that let only POST pass."""
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    views = {"PATCH": append, "DELETE": give_up, "HEAD": look}
    if method not in views:
        raise tus_headers.InvalidHeader(
            "A POST to an upload names no method.", "Send X-HTTP-Method-Override, or PATCH.", "X-HTTP-Method-Override"
        )
    return views[method](upload_id)


def _found(upload_id: str) -> ResumableUpload:
    found = resumable.get(upload_id, sessions.me().id, utc_now())
    if found is None:
        raise errors.NotFound("There is no such upload.", "Begin a new upload of the file.")
    return found


def _take_in(upload: ResumableUpload, at: int) -> dict[str, str]:
    """Append the body, keep what has arrived whatever happens, and tell how far the upload is."""
    left, checksum = upload.length - at, tus_headers.checksum()
    if (request.content_length or 0) > left:
        raise too_large(upload.length)
    arriving = body.checked_pieces(left, checksum) if checksum else body.pieces(left)
    renewed = utc_now()
    try:
        for piece in arriving:
            at = resumable.append(upload, at, piece)
            if (utc_now() - renewed).total_seconds() > RENEW_SECONDS:
                renewed = utc_now()
                resumable.renew(upload.id, renewed)
    finally:
        offset = resumable.offset(upload)
        upload.expires_at = resumable.renew(upload.id, utc_now())
    return _state(upload, offset)


def _state(upload: ResumableUpload, offset: int) -> dict[str, str]:
    """How far an upload is, as headers. One whose bytes are all there is a recording from here on."""
    headers = {"Upload-Offset": str(offset), "Upload-Expires": tus_headers.date(upload.expires_at)}
    if offset < upload.length:
        return headers
    recording_id = resumable.finish(upload.id, utc_now())
    if recording_id is None:
        raise resumable.UploadGone()
    if upload.recording_id is None:
        notifications.notify("cpu")
    recording = queries.get(recording_id)
    earlier = queries.earlier_copy(recording) if recording else None
    headers["Upload-Recording"] = recording_id
    return headers | ({"Upload-Duplicate-Of": earlier.id} if earlier else {})


def _answer(status: int, headers: dict[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    response.headers["Cache-Control"] = "no-store"
    return response
