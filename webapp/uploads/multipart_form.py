"""Receives a multipart form that holds a file, and says what is wrong with one that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State

from pipeline.details.calendar import MAX_CALENDAR_BYTES
from webapp import errors
from webapp.uploads.content_disposition import Disposition, decode_text, read_disposition

FILE_FIELD = "file"
#: A file that is read as a text field.
TEXT_FILE_FIELD = "calendar"
MAX_PARTS = 100
#: Room for the text of all other fields together, in bytes.
MAX_TEXT_BYTES = 65536
#: How much the decoder may hold while it looks for a boundary or for the end of a part's headers, in bytes.
_MAX_HELD_BYTES = 128 * 1024


class MalformedForm(errors.WebError):
    """A body that is not a form as its headers say."""

    code = "malformed_form"
    default_message = "The form cannot be read."
    default_hint = "Choose the file and upload it again. A program sends what its HTTP library makes of a form."


class Sink(Protocol):
    """Takes the bytes of a file."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""


class MultipartForm:
    """A form while it arrives: its text fields, and the name of its file, whose bytes go to `sink`.

    The calendar file is a text field. A file may come without a name, or empty; without both, it is a field that
    nobody filled in a browser.
    """

    def __init__(self, sink: Sink) -> None:
        self.fields: list[tuple[str, str]] = []
        self.filename: str | None = None
        self._sink = sink
        self._part = Disposition(None, None)
        self._is_file_begun = False
        self._text: list[bytes] = []
        self._text_bytes = 0
        self._text_file_bytes = 0

    def receive(self, chunks: Iterator[bytes], boundary: str) -> None:
        """Read all of the form. Raises MalformedForm, InvalidRequest and NoFile, and what chunks and sink raise."""
        for event in _decode(chunks, boundary):
            if isinstance(event, Field | File):
                self._begin(event.headers)
            elif isinstance(event, Data):
                self._take(event)

    def _begin(self, headers: Headers) -> None:
        self._part = read_disposition(headers["Content-Disposition"])
        self._text, self._is_file_begun = [], False

    def _take(self, event: Data) -> None:
        if self._part.filename is None or self._part.name == TEXT_FILE_FIELD:
            self._take_text(event)
            return
        if not self._is_file_begun and (event.data or (self._part.filename and not event.more_data)):
            self._begin_file(self._part.filename)
        if event.data:
            self._sink.write(event.data)

    def _begin_file(self, filename: str) -> None:
        if self._part.name != FILE_FIELD:
            raise errors.NoFile(
                f"The file came in the field {(self._part.name or '')[:40]!r}.", f"Send it in the field `{FILE_FIELD}`."
            )
        if self.filename is not None:
            raise errors.InvalidRequest("More than one file was sent.", "Send one file per request.", field="file")
        self.filename, self._is_file_begun = filename, True

    def _take_text(self, event: Data) -> None:
        if self._part.name == TEXT_FILE_FIELD:
            self._take_text_file(event)
            return
        self._text_bytes += len(event.data)
        if self._text_bytes > MAX_TEXT_BYTES:
            raise errors.InvalidRequest(
                "The other fields of the form are too large.", "Send a title of at most 200 characters."
            )
        self._text.append(event.data)
        if event.more_data:
            return
        if self._part.name == FILE_FIELD:
            raise errors.NoFile(
                "The field `file` came as text, without the name of a file.",
                "Send it as a file, such as with `curl -F file=@meeting.mp3`.",
            )
        if self._part.name is not None:
            self.fields.append((self._part.name, decode_text(b"".join(self._text))))

    def _take_text_file(self, event: Data) -> None:
        """A calendar file; a field that nobody filled is empty."""
        self._text_file_bytes += len(event.data)
        if self._text_file_bytes > MAX_CALENDAR_BYTES:
            raise errors.InvalidRequest(
                f"The calendar file has more than {MAX_CALENDAR_BYTES // 1024} KB.",
                "Export the one meeting alone, or leave the file out.",
                field=TEXT_FILE_FIELD,
            )
        self._text.append(event.data)
        if not event.more_data:
            text = b"".join(self._text).decode("utf-8", "replace").replace("\0", "\ufffd")
            self.fields.append((TEXT_FILE_FIELD, text))


class _Decoder(MultipartDecoder):
    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        return super()._parse_headers(decode_text(bytes(data)).encode())


def _decode(chunks: Iterator[bytes], boundary: str) -> Iterator[Event]:
    """The parts of a form in order. Raises MalformedForm, and NoFile for an empty body."""
    if not boundary:
        raise MalformedForm("The header Content-Type names no boundary.")
    if not boundary.isascii():
        raise MalformedForm("The boundary in the header Content-Type is not ASCII text.")
    decoder = _Decoder(boundary.encode(), _MAX_HELD_BYTES, max_parts=MAX_PARTS)
    is_empty = True
    for chunk in chunks:
        is_empty = False
        yield from _events_of(decoder, chunk)
    if is_empty:
        raise errors.NoFile()
    yield from _events_of(decoder, None)


def _events_of(decoder: MultipartDecoder, data: bytes | None) -> Iterator[Event]:
    try:
        decoder.receive_data(data)
        event = decoder.next_event()
        while not isinstance(event, NeedData | Epilogue):
            yield event
            event = decoder.next_event()
    except RequestEntityTooLarge as error:
        raise _explain_excess(decoder.state) from error
    except ValueError as error:
        raise _explain(decoder.state, data is None) from error


def _explain_excess(state: State) -> MalformedForm:
    if state is State.PREAMBLE:
        return MalformedForm("The body does not contain the boundary that the header Content-Type names.")
    if state is State.PART:
        return MalformedForm("The headers of a part of the form are too long.")
    return MalformedForm(f"The form has more than {MAX_PARTS} parts.")


def _explain(state: State, is_over: bool) -> MalformedForm:
    if is_over and state is State.PREAMBLE:
        return MalformedForm("The body does not contain the boundary that the header Content-Type names.")
    if is_over:
        return MalformedForm("The form ends in the middle: its last boundary is missing.")
    return MalformedForm("A part of the form has no valid Content-Disposition.")
