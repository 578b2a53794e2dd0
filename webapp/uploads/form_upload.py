"""An upload in one request, by the form or by the API, from its headers to the queued job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import cast

from flask import request

from core.clock import utc_now
from core.database.tables import Recording, User
from core.uploads import intake
from core.uploads.reservations import reserve
from pipeline.details.calendar import MAX_CALENDAR_BYTES
from webapp import errors
from webapp.settings import current_settings
from webapp.stored_text import refuse_unstorable
from webapp.uploads.concurrency import one_more_body
from webapp.uploads.multipart_form import MultipartForm
from webapp.uploads.request_body import has_body, read_chunks
from webapp.uploads.upload_file_writer import UploadFileWriter, too_large
from webapp.uploads.upload_options import read_upload_options
from webapp.uploads.upload_request import UploadRequest

#: Room for the other fields, a calendar file and the boundaries of the form, in bytes.
FORM_BYTES = 65536 + MAX_CALENDAR_BYTES


def receive_upload(owner: User, check_form: Callable[[], None] | None = None) -> Recording:
    """Receive the file of this request for an authenticated owner; returns the queued recording.

    `check_form` is called once the form has arrived, and may raise. Raises NoFile, MalformedForm, ConnectionLost,
    TooLarge, StorageFull, QuotaExceeded, AccountClosed, WrongContentType and InvalidRequest; then nothing stays on
    disk.
    """
    _check_headers()
    upload_request = cast(UploadRequest, request)
    upload_request.tell_fields([])  # nobody else reads the body
    limit, length = current_settings().max_upload_bytes, request.content_length
    least, most = max(0, (length or 0) - FORM_BYTES), limit if length is None else min(limit, length)
    with one_more_body(owner.id), reserve(owner.id, least, most) as space, ExitStack() as discarded:
        writer = UploadFileWriter(space, limit)
        discarded.callback(writer.discard)
        form = MultipartForm(writer)
        form.receive(read_chunks(limit + FORM_BYTES), request.mimetype_params.get("boundary", ""))
        upload_request.tell_fields(form.fields)
        if check_form is not None:
            check_form()
        options = read_upload_options(request.form)
        if form.filename is None:
            raise errors.NoFile()
        refuse_unstorable([form.filename])
        if not writer.size:
            raise errors.NoFile("This file is empty.", "Check that the recorder was running, then upload again.")
        return intake.take_in(owner, writer.finish(form.filename), options, utc_now(), space)


def _check_headers() -> None:
    """Refuse what can be refused before the body is read."""
    length, limit = request.content_length, current_settings().max_upload_bytes
    if not has_body():
        raise errors.NoFile()
    if request.mimetype != "multipart/form-data":
        raise errors.WrongContentType()
    if length is not None and length > limit + FORM_BYTES:
        raise too_large(limit)
