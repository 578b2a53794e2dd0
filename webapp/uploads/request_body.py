"""The body of a request in chunks, over connections that may break off or stall."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from flask import request

from core.storage.files import full_disk_explained
from core.storage.store import file_store
from webapp.errors import ConnectionLost, ConnectionStalled
from webapp.uploads.tus_headers import Checksum, ChecksumMismatch

#: How much is read at once, in bytes. At most this much is lost when the connection breaks off.
CHUNK_BYTES = 65536


def has_body() -> bool:
    """Whether the request carries a body, of known length or in chunks."""
    return bool(request.content_length) or _is_chunked()


def _is_chunked() -> bool:
    return request.content_length is None and "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def read_chunks(maximum: int) -> Iterator[bytes]:
    """The bytes of the body, at most `maximum`. Raises ConnectionLost; the chunks before it are valid."""
    length = request.content_length or (maximum if _is_chunked() else 0)
    left = min(length, maximum)
    while left:
        data = _read(request.environ["wsgi.input"], min(CHUNK_BYTES, left))
        if not data:
            break
        left -= len(data)
        yield data
    if left and request.content_length is not None:
        raise ConnectionLost()


def _read(stream: Any, count: int) -> bytes:
    try:
        data: bytes = stream.read(count)
    except TimeoutError as error:
        raise ConnectionStalled() from error
    except (OSError, ValueError) as error:
        raise ConnectionLost() from error
    return data


def read_checked_chunks(maximum: int, checksum: Checksum) -> Iterator[bytes]:
    """The bytes of the body, once all have arrived and match the checksum.

    Raises ChecksumMismatch, ConnectionLost and StorageFull before the first chunk.
    """
    file_store().make_folders()
    digest = checksum.start()
    with tempfile.TemporaryFile(dir=file_store().incoming_folder) as buffer:
        with full_disk_explained():
            for chunk in read_chunks(maximum):
                digest.update(chunk)
                buffer.write(chunk)
            buffer.seek(0)
        if digest.digest() != checksum.digest:
            raise ChecksumMismatch()
        while chunk := buffer.read(CHUNK_BYTES):
            yield chunk
