"""An upload from the first look at its headers to the queued job; the form and the API both come through here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

import config
from core.clock import utc_now
from core.database.tables import Recording, User
from core.queue import notifications
from core.storage.store import file_store
from core.uploads import intake, limits
from pipeline.errors import PipelineError
from webapp import errors
from webapp.uploads import wishes
from webapp.uploads.line import impatient_line
from webapp.uploads.sink import Sink, UploadRequest, too_large

#: Room for the other fields and the boundaries of the form, in bytes.
FORM_BYTES = 65536
#: How much of a refused body is read, so that the client sees the answer and not a broken connection; bytes.
DRAIN_BYTES = 1024**2


def receive(owner: User, check_form: Callable[[], None] | None = None) -> Recording:
    """Take in the file of this request for `owner`, who has been checked; returns the queued recording.

    `check_form` is called once the form is parsed and may raise. Raises NoFile, TooLarge, StorageFull,
    QuotaExceeded, WrongContentType and InvalidRequest; then nothing stays on disk.
    """
    _check_headers(owner)
    max_bytes = config.load().max_upload_bytes
    sinks: list[Sink] = []

    def open_sink() -> Sink:
        if sinks:
            raise errors.InvalidRequest("More than one file was sent.", "Send one file a request.", field="file")
        sinks.append(Sink(file_store().new_incoming(), max_bytes))
        return sinks[0]

    upload_request = cast(UploadRequest, request)
    upload_request.max_content_length = max_bytes + FORM_BYTES
    upload_request.file_sink = open_sink
    try:
        filename = _parse(max_bytes, sinks)
        if check_form is not None:
            check_form()
        wished = wishes.from_form(request.form)
        sink = sinks[0]
        if not sink.size:
            raise errors.NoFile("This file is empty.", "Check that the recorder was running, then upload again.")
        sink.sync()
        upload = intake.ArrivedFile(sink.path, filename, sink.size, sink.sha256)
        recording = intake.take_in(owner, upload, wished, utc_now())
    finally:
        for each in sinks:
            each.discard()
    notifications.notify("cpu")
    return recording


def _check_headers(owner: User) -> None:
    """What can be refused before the body is read."""
    length, limit = request.content_length, config.load().max_upload_bytes
    if request.mimetype != "multipart/form-data":
        raise errors.WrongContentType() if length else errors.NoFile()
    if length is not None and length > limit + FORM_BYTES:
        drain()
        raise too_large(limit)
    try:
        limits.check_room(length or 0)
        limits.check_quota(owner.id, length or 0, utc_now())
    except PipelineError:
        drain()
        raise


def _parse(max_bytes: int, sinks: list[Sink]) -> str:
    """Read the whole form, its file into the sink; returns the file's name."""
    try:
        with impatient_line():
            part = request.files.get("file")
    except RequestEntityTooLarge as error:
        if (sinks and sinks[0].size > max_bytes) or (request.content_length or 0) > max_bytes:
            raise too_large(max_bytes) from error
        raise errors.InvalidRequest(
            "The fields beside the file are too large.", "Send a title of at most 200 characters."
        ) from error
    if part is None or not part.filename:
        raise errors.NoFile()
    return part.filename


def drain() -> None:
    """Read a little of a body that is refused."""
    length = request.content_length
    if not length:  # none, or in chunks: nothing can be expected
        return
    cast(UploadRequest, request).max_content_length = length  # else the stream itself refuses to be read
    with impatient_line(), suppress(ClientDisconnected, OSError):
        request.stream.read(min(length, DRAIN_BYTES))
