"""Reads and checks the headers of the tus protocol 1.0.0; see https://tus.io/protocols/resumable-upload."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import request

from core.uploads.limits import is_too_large
from core.uploads.resumable import AnnouncedUpload
from webapp import errors
from webapp.stored_text import refuse_unstorable
from webapp.uploads.upload_file_writer import too_large
from webapp.uploads.upload_options import read_upload_options

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "expiration", "termination", "checksum")
CHECKSUMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
#: The protocol's headers in a request, with the extensions above.
_KNOWN_HEADERS = ("upload-length", "upload-metadata", "upload-offset", "upload-checksum")
#: What a client means by a header of an extension that is not supported.
_EXTENSIONS_BY_HEADER = {
    "upload-concat": "concatenation: joining uploads",
    "upload-defer-length": "creation-defer-length: telling the length later",
    "upload-complete": "the upload protocol of the IETF",
    "upload-incomplete": "the upload protocol of the IETF",
    "upload-draft-interop-version": "the upload protocol of the IETF",
}
#: Longer numbers are invalid.
_MAX_DIGITS = 18


class WrongVersion(errors.WebError):
    """A client with another version of the protocol, or none."""

    code, status = "wrong_version", 412
    default_message = f"This address speaks tus {VERSION}."
    default_hint = f"Send the header `Tus-Resumable: {VERSION}`."


class InvalidHeader(errors.InvalidRequest):
    """An invalid header."""

    status = 400


class UnsupportedExtension(errors.WebError):
    """A request that relies on an extension of the protocol that is not announced."""

    code = "unsupported_extension"
    default_hint = f"This server supports {', '.join(EXTENSIONS)}; see OPTIONS /files/."


class ChecksumMismatch(errors.WebError):
    """Bytes that were changed in transit. None of them was stored."""

    code, status, retryable = "checksum_mismatch", 460, True
    default_message = "The bytes that arrived do not match their checksum."
    default_hint = "Send them again from the same offset."


class WrongBody(errors.WrongContentType):
    """A body of another content type than the bytes of a file."""

    default_message = f"The body is not {CONTENT_TYPE}."
    default_hint = "Send the next bytes of the file unchanged."


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum that the body of the request must have."""

    algorithm: str
    digest: bytes

    def start(self) -> Any:
        """A hash to feed."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def check_version() -> None:
    """Raises WrongVersion if the client speaks another version."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion()


def check_extensions() -> None:
    """Raises UnsupportedExtension for any header of the protocol that would be ignored."""
    for name, _ in request.headers:
        if name.lower().startswith("upload-") and name.lower() not in _KNOWN_HEADERS:
            meaning = _EXTENSIONS_BY_HEADER.get(name.lower())
            raise UnsupportedExtension(
                f"The header {name[:40]} is not supported" + (f" ({meaning})." if meaning else ".")
            )
    if "upload-" in request.headers.get("Trailer", "").lower():
        raise UnsupportedExtension("A checksum after the body (checksum-trailer) is not supported.")


def check_content_type() -> None:
    """Raises WrongBody if the body is not marked as the bytes of a file."""
    if request.mimetype != CONTENT_TYPE:
        raise WrongBody()


def read_number(name: str) -> int:
    """A header that is a count of bytes. Raises InvalidHeader."""
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise InvalidHeader(f"The header {name} is not a number of bytes.", "Send it in digits.", field=name)
    return int(text)


def read_announced(max_bytes: int) -> AnnouncedUpload:
    """The file that a creation request announces. Raises InvalidHeader, InvalidRequest, NoFile and TooLarge."""
    length = read_number("Upload-Length")
    if length == 0:
        raise errors.NoFile("This file is empty.", "Check that the recorder was running, then upload again.")
    if is_too_large(length):
        raise too_large(max_bytes)
    fields = read_metadata(request.headers.get("Upload-Metadata", ""))
    refuse_unstorable(fields.values())
    return AnnouncedUpload(fields.get("filename") or fields.get("name", ""), length, read_upload_options(fields))


def read_metadata(header: str) -> dict[str, str]:
    """The fields of Upload-Metadata. Raises InvalidHeader."""
    found: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidHeader(
                f"The value of {key[:40]!r} in Upload-Metadata cannot be read.",
                "Send each value as UTF-8 text in Base64.",
                field="Upload-Metadata",
            ) from error
    return found


def read_checksum() -> Checksum | None:
    """The checksum of the body, None if none was sent. Raises InvalidHeader."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        known = " or ".join(CHECKSUMS)
        raise InvalidHeader(f"The checksum {algorithm[:20]!r} is unknown.", f"Use {known}.", field="Upload-Checksum")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise InvalidHeader(
            "The checksum cannot be read.", "Send it in Base64 after its name.", field="Upload-Checksum"
        )
    return Checksum(algorithm, digest)


def format_date(moment: datetime) -> str:
    """A point in time in the format of HTTP."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
