"""An upload in one request, by the form or by the API, from its headers to the queued job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from core.clock import utc_now
from core.database.tables import Recording, User
from core.storage.store import file_store
from core.uploads import intake, limits
from pipeline.errors import PipelineError
from webapp import errors
from webapp.settings import current_settings
from webapp.uploads.connection_timeout import limit_read_time
from webapp.uploads.upload_file_writer import UploadFileWriter, too_large
from webapp.uploads.upload_options import read_upload_options
from webapp.uploads.upload_request import UploadRequest

#: Room for the other fields and the boundaries of the form, in bytes.
FORM_BYTES = 65536
#: How much of a refused body is read, so that the client sees the response instead of a broken connection; bytes.
DRAIN_BYTES = 1024**2


def receive_upload(owner: User, check_form: Callable[[], None] | None = None) -> Recording:
    """Receive the file of this request for an authenticated owner; returns the queued recording.

    `check_form` is called once the form is parsed, and may raise. Raises NoFile, TooLarge, StorageFull,
    QuotaExceeded, WrongContentType and InvalidRequest; then nothing stays on disk.
    """
    _check_headers(owner)
    max_bytes = current_settings().max_upload_bytes
    writers: list[UploadFileWriter] = []

    def open_writer() -> UploadFileWriter:
        if writers:
            raise errors.InvalidRequest("More than one file was sent.", "Send one file per request.", field="file")
        writers.append(UploadFileWriter(file_store().new_incoming(), max_bytes))
        return writers[0]

    upload_request = cast(UploadRequest, request)
    upload_request.max_content_length = max_bytes + FORM_BYTES
    upload_request.open_writer = open_writer
    try:
        filename = _parse_form(max_bytes, writers)
        if check_form is not None:
            check_form()
        options = read_upload_options(request.form)
        if not writers[0].size:
            raise errors.NoFile("This file is empty.", "Check that the recorder was running, then upload again.")
        return intake.take_in(owner, writers[0].finish(filename), options, utc_now())
    finally:
        for writer in writers:
            writer.discard()


def _check_headers(owner: User) -> None:
    """Refuse what can be refused before the body is read."""
    length, limit = request.content_length, current_settings().max_upload_bytes
    if request.mimetype != "multipart/form-data":
        raise errors.WrongContentType() if length else errors.NoFile()
    if length is not None and length > limit + FORM_BYTES:
        drain_body()
        raise too_large(limit)
    try:
        limits.check_room(length or 0)
        limits.check_quota(owner.id, length or 0, utc_now())
    except PipelineError:
        drain_body()
        raise


def _parse_form(max_bytes: int, writers: list[UploadFileWriter]) -> str:
    """Parse the whole form, writing its file to disk; returns the file's name."""
    try:
        with limit_read_time():
            part = request.files.get("file")
    except RequestEntityTooLarge as error:
        if (writers and writers[0].size > max_bytes) or (request.content_length or 0) > max_bytes:
            raise too_large(max_bytes) from error
        raise errors.InvalidRequest(
            "The other fields of the form are too large.", "Send a title of at most 200 characters."
        ) from error
    if part is None or not part.filename:
        raise errors.NoFile()
    return part.filename


def drain_body() -> None:
    """Read the beginning of a body that is refused."""
    length = request.content_length
    if not length:  # no body, or a chunked one of unknown length
        return
    cast(UploadRequest, request).max_content_length = length  # else the stream refuses to be read
    with limit_read_time(), suppress(ClientDisconnected, OSError):
        request.stream.read(min(length, DRAIN_BYTES))
