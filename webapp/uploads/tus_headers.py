"""What the headers of the tus protocol say, checked; see https://tus.io/protocols/resumable-upload, version 1.0.0."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import request

from core.uploads.resumable import Announced
from webapp import errors
from webapp.uploads import wishes
from webapp.uploads.sink import too_large

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "expiration", "termination", "checksum")
CHECKSUMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
#: No upload is longer, in digits; a longer number is no number.
_DIGITS = 18


class WrongVersion(errors.WebError):
    """A client of another version of the protocol, or none at all."""

    code, status = "wrong_version", 412
    default_message = f"This address speaks tus {VERSION}."
    default_hint = f"Send the header `Tus-Resumable: {VERSION}`."


class InvalidHeader(errors.InvalidRequest):
    """A header that cannot be read."""

    status = 400


class ChecksumMismatch(errors.WebError):
    """Bytes that changed on their way; none of them was kept."""

    code, status, retryable = "checksum_mismatch", 460, True
    default_message = "The bytes that arrived do not match their checksum."
    default_hint = "Send them again from the same offset."


class WrongBody(errors.WrongContentType):
    """A body that is not the next bytes of a file."""

    default_message = f"The body is not {CONTENT_TYPE}."
    default_hint = "Send the next bytes of the file as they are."


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum that the body of this request must have."""

    algorithm: str
    digest: bytes

    def start(self) -> Any:
        """A hash to feed."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def check_version() -> None:
    """Raises WrongVersion."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion()


def check_content_type() -> None:
    """Raises WrongBody where the body is not the next bytes of a file."""
    if request.mimetype != CONTENT_TYPE:
        raise WrongBody()


def number(name: str) -> int:
    """A header that is a count of bytes. Raises InvalidHeader."""
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise InvalidHeader(f"The header {name} is not a number of bytes.", "Give it in digits.", field=name)
    return int(text)


def announced(max_bytes: int) -> Announced:
    """What a creation request says of its file. Raises InvalidHeader, InvalidRequest, NoFile and TooLarge."""
    length = number("Upload-Length")
    if length == 0:
        raise errors.NoFile("This file is empty.", "Check that the recorder was running, then upload again.")
    if length > max_bytes:
        raise too_large(max_bytes)
    fields = metadata(request.headers.get("Upload-Metadata", ""))
    return Announced(fields.get("filename") or fields.get("name", ""), length, wishes.from_form(fields))


def metadata(header: str) -> dict[str, str]:
    """The fields of Upload-Metadata. Raises InvalidHeader."""
    found: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidHeader(
                f"The value of {key[:40]!r} in Upload-Metadata cannot be read.",
                "Give each value as UTF-8 text in Base64.",
                field="Upload-Metadata",
            ) from error
    return found


def checksum() -> Checksum | None:
    """The checksum of the body, None where none was sent. Raises InvalidHeader."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        known = " or ".join(CHECKSUMS)
        raise InvalidHeader(f"The checksum {algorithm[:20]!r} is not known.", f"Use {known}.", field="Upload-Checksum")
    try:
        return Checksum(algorithm, base64.b64decode(value.strip(), validate=True))
    except binascii.Error as error:
        raise InvalidHeader(
            "The checksum cannot be read.", "Give it in Base64 after its name.", field="Upload-Checksum"
        ) from error


def date(moment: datetime) -> str:
    """A point in time as HTTP writes it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
