"""The body of a request, piece by piece, from lines that may break off or go silent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from flask import request

from core.storage.files import full_disk_explained
from core.storage.store import file_store
from webapp.errors import WebError
from webapp.uploads.line import impatient_line
from webapp.uploads.tus_headers import Checksum, ChecksumMismatch

#: How much is read at once, in bytes: at most this much is lost when the line breaks.
PIECE = 65536


class LineLost(WebError):
    """The body broke off; nobody may be there to read this."""

    code, retryable = "line_lost", True
    default_message = "The connection was lost before all bytes had arrived."
    default_hint = "Ask for the offset by HEAD, then go on from there."


def pieces(most: int) -> Iterator[bytes]:
    """The body's bytes, at most `most` of them. Raises LineLost; what was yielded until then counts."""
    stream, length = request.environ["wsgi.input"], request.content_length
    if length is None:  # a body in chunks ends by itself, without them there is none
        length = most if "wsgi.input_terminated" in request.environ else 0
    left = min(length, most)
    with impatient_line():
        while left:
            data = _read(stream, min(PIECE, left))
            if not data:
                break
            left -= len(data)
            yield data
    if left and request.content_length is not None:
        raise LineLost()


def _read(stream: Any, count: int) -> bytes:
    try:
        data: bytes = stream.read(count)
    except (OSError, ValueError) as error:
        raise LineLost() from error
    return data


def checked_pieces(most: int, checksum: Checksum) -> Iterator[bytes]:
    """The body's bytes once all of them are here and match; raises ChecksumMismatch, LineLost, StorageFull before."""
    file_store().make_folders()
    digest = checksum.start()
    with tempfile.TemporaryFile(dir=file_store().incoming_folder) as kept:
        with full_disk_explained():
            for piece in pieces(most):
                digest.update(piece)
                kept.write(piece)
            kept.seek(0)
        if digest.digest() != checksum.digest:
            raise ChecksumMismatch()
        while piece := kept.read(PIECE):
            yield piece
