"""Resumable uploads by the tus protocol at /files/, for the upload page and for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from core.clock import utc_now
from core.database.tables import ResumableUpload
from core.recordings import queries
from core.uploads import resumable
from core.uploads.partial_file import OffsetTaken
from pipeline.errors import PipelineError
from webapp import error_responses, errors, security
from webapp.auth import authentication
from webapp.settings import current_settings
from webapp.uploads import request_body, tus_headers
from webapp.uploads.concurrency import one_more_body
from webapp.uploads.upload_file_writer import too_large
from webapp.uploads.upload_options import read_upload_options

blueprint = Blueprint("tus", __name__, url_prefix="/files")

#: Rate limit.
CALLS = "1200 per minute"
#: How often the expiry of an upload in progress is renewed, in seconds.
RENEW_SECONDS = 600.0

security.limiter.limit(lambda: CALLS)(blueprint)


@blueprint.before_request
def _authenticate() -> None:
    if request.method == "OPTIONS":
        return
    if "Authorization" in request.headers:
        authentication.authenticate_key()
    elif not current_user.is_authenticated:
        raise authentication.no_session("Log in, or send an API key, then continue.")
    elif request.method != "HEAD":
        security.refuse_forged()
    tus_headers.check_version()
    tus_headers.check_extensions()


@blueprint.errorhandler(PipelineError)
def _refuse(error: PipelineError) -> Response:
    """Respond with the error, though part of the body may still be arriving."""
    response = error_responses.make_response(error)
    response.headers["Connection"] = "close"
    if isinstance(error, OffsetTaken):
        response.headers["Upload-Offset"] = str(error.size)
    return response


@blueprint.after_request
def _add_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus_headers.VERSION
    if response.status_code == tus_headers.WrongVersion.status:
        response.headers["Tus-Version"] = tus_headers.VERSION
    return response


@blueprint.route("/", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def describe_server(upload_id: str | None = None) -> Response:
    """What this server supports."""
    return _make_response(
        204,
        {
            "Tus-Version": tus_headers.VERSION,
            "Tus-Extension": ",".join(tus_headers.EXTENSIONS),
            "Tus-Checksum-Algorithm": ",".join(tus_headers.CHECKSUMS),
            "Tus-Max-Size": str(current_settings().max_upload_bytes),
        },
    )


@blueprint.post("/")
def create() -> Response:
    """Begin an upload. The request may already carry its first bytes."""
    announced = tus_headers.read_announced(current_settings().max_upload_bytes)
    has_body = request_body.has_body()
    if has_body or request.mimetype == tus_headers.CONTENT_TYPE:
        tus_headers.check_content_type()
        tus_headers.read_checksum()
    if (request.content_length or 0) > announced.length:
        raise too_large(announced.length)
    upload = resumable.create(authentication.current_account().id, announced, utc_now())
    headers = {"Location": url_for("tus.show_offset", upload_id=upload.id)}
    if has_body:
        try:
            return _make_response(201, headers | _append_body(upload, 0))
        except PipelineError:
            resumable.remove(upload.id)  # the client does not learn its address
            raise
    return _make_response(201, headers | {"Upload-Expires": tus_headers.format_date(upload.expires_at)})


@blueprint.route("/<upload_id>", methods=["HEAD"])
def show_offset(upload_id: str) -> Response:
    """How many bytes of an upload are stored."""
    upload = _find(upload_id)
    offset = resumable.offset(upload)
    return _make_response(200, {"Upload-Length": str(upload.length)} | _make_offset_headers(upload, offset))


@blueprint.patch("/<upload_id>")
def append(upload_id: str) -> Response:
    """Append the next bytes."""
    tus_headers.check_content_type()
    upload = _find(upload_id)
    offset = tus_headers.read_number("Upload-Offset")
    stored = resumable.offset(upload)
    if offset != stored:
        raise OffsetTaken(stored)
    return _make_response(204, _append_body(upload, offset))


@blueprint.delete("/<upload_id>")
def remove(upload_id: str) -> Response:
    """Remove an upload and its bytes. A recording made of it is kept."""
    resumable.remove(_find(upload_id).id)
    return _make_response(204, {})


@blueprint.put("/<upload_id>/options")
@blueprint.put("/<upload_id>/wishes")  # its name in version 0.1
def change_options(upload_id: str) -> Response:
    """Change the options of an upload, as long as bytes are missing."""
    options = read_upload_options(request.form)
    if not resumable.change_options(_find(upload_id).id, options):
        raise errors.Conflict("This upload has already become a recording.", "Change the recording instead.")
    return _make_response(204, {})


@blueprint.post("/<upload_id>")
def override_method(upload_id: str) -> Any:
    """The other methods, for clients behind proxies that only let POST pass."""
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    views = {"PATCH": append, "DELETE": remove, "HEAD": show_offset}
    if method not in views:
        raise tus_headers.InvalidHeader(
            "A POST to an upload names no method.", "Send X-HTTP-Method-Override, or PATCH.", "X-HTTP-Method-Override"
        )
    return views[method](upload_id)


def _find(upload_id: str) -> ResumableUpload:
    upload = resumable.get(upload_id, authentication.current_account().id, utc_now())
    if upload is None:
        raise errors.NotFound("There is no such upload.", "Upload the file again.")
    return upload


def _append_body(upload: ResumableUpload, offset: int) -> dict[str, str]:
    """Append the body. What has arrived is kept whatever happens. Returns the new offset as headers."""
    left, checksum = upload.length - offset, tus_headers.read_checksum()
    if (request.content_length or 0) > left:
        raise too_large(upload.length)
    chunks = request_body.read_checked_chunks(left, checksum) if checksum else request_body.read_chunks(left)
    start, renewed = offset, None
    try:
        with one_more_body(upload.owner_id):
            for chunk in chunks:
                offset = resumable.append(upload, offset, chunk)
                if renewed is None or (utc_now() - renewed).total_seconds() > RENEW_SECONDS:
                    renewed = utc_now()
                    resumable.renew(upload.id, renewed)
    finally:
        stored = resumable.offset(upload)
        if offset > start:  # only bytes keep an upload
            upload.expires_at = resumable.renew(upload.id, utc_now())
    return _make_offset_headers(upload, stored)


def _make_offset_headers(upload: ResumableUpload, offset: int) -> dict[str, str]:
    """The offset as headers. A complete upload becomes a recording here."""
    headers = {"Upload-Offset": str(offset), "Upload-Expires": tus_headers.format_date(upload.expires_at)}
    if offset < upload.length:
        return headers
    recording_id = resumable.finish(upload.id, utc_now())
    if recording_id is None:
        raise resumable.UploadGone()
    recording = queries.get(recording_id)
    earlier = queries.earlier_copy(recording) if recording else None
    headers["Upload-Recording"] = recording_id
    return headers | ({"Upload-Duplicate-Of": earlier.id} if earlier else {})


def _make_response(status: int, headers: dict[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    response.headers["Cache-Control"] = "no-store"
    return response
