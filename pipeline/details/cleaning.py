"""Makes details fit to be kept, as people type them and as programs send them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time

from pipeline import typed_text
from pipeline.errors import PipelineError
from pipeline.meeting import Attendee

MAX_TEXT = 120
MAX_NAME = 80
MAX_ATTENDEES = 100
_ABSENT = re.compile(r"\s*\((?:absent|apologies)\)$", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*<[^<>]*>")


class InvalidDetails(PipelineError):
    """Details that cannot be kept. The message never quotes what was given."""

    code = "invalid_request"


def clean_day(text: str) -> str | None:
    """A day as it is kept (2026-11-24), None for an empty text. Raises InvalidDetails."""
    text = text.strip()
    if not text:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InvalidDetails("The date is not a day.", "Write it as in 2026-11-24.") from error


def clean_time(text: str) -> str | None:
    """A time of day as it is kept (09:30), None for an empty text. Raises InvalidDetails."""
    text = text.strip()
    if not text:
        return None
    try:
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
            raise ValueError
        return f"{time.fromisoformat(text):%H:%M}"
    except ValueError as error:
        raise InvalidDetails("The time is not a time of day.", "Write it as in 09:30.") from error


def clean_text(text: str, label: str) -> str | None:
    """A place or kind on one line, None for an empty text. Raises InvalidDetails."""
    text = on_one_line(text)
    if len(text) > MAX_TEXT:
        raise InvalidDetails(f"{label} has {len(text):,} characters.", f"Shorten it to {MAX_TEXT}.")
    return text or None


def parse_attendees(text: str) -> tuple[Attendee, ...]:
    """The attendees of a text, one a line or parted by semicolons; `(absent)` after a name marks apologies.

    Addresses in angle brackets are left out, as mail programs copy them. Raises InvalidDetails.
    """
    return clean_attendees(read_attendee(part) for part in re.split(r"[\r\n;]+", text))


def read_attendee(text: str) -> Attendee:
    """An attendee as people write one; its name may be empty."""
    text = on_one_line(_ADDRESS.sub("", text))
    name = _ABSENT.sub("", text)
    return Attendee(name, absent=name != text)


def clean_attendees(attendees: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """The attendees as they are kept: with names on one line, each once. Raises InvalidDetails."""
    kept: dict[str, Attendee] = {}
    for one in attendees:
        name = on_one_line(one.name)
        if len(name) > MAX_NAME:
            raise InvalidDetails(
                f"A name among the attendees has {len(name):,} characters.",
                f"Write one name a line, of at most {MAX_NAME} characters.",
            )
        if name:
            kept.setdefault(name.casefold(), replace(one, name=name))
    if len(kept) > MAX_ATTENDEES:
        raise InvalidDetails(
            f"There are {len(kept):,} attendees, more than {MAX_ATTENDEES}.", "Keep those who are likely to speak."
        )
    return tuple(kept.values())


def format_attendees(attendees: tuple[Attendee, ...]) -> str:
    """The text of which `parse_attendees` reads the same attendees."""
    return "\n".join(f"{one.name} (absent)" if one.absent else one.name for one in attendees)


def on_one_line(text: str) -> str:
    """The text as one line, in composed letters."""
    return typed_text.on_one_line(unicodedata.normalize("NFC", text))
