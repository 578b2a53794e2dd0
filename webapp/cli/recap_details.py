"""The details of a meeting that `flask recap` reads from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.details.calendar import read_calendar
from pipeline.details.cleaning import InvalidDetails, parse_attendees
from pipeline.meeting import UNKNOWN, FoundMeeting


def read_details(calendar: Path | None, attendees: Path | None, timezone: str) -> FoundMeeting:
    """What a calendar file tells, with the attendees of a text file instead of its own. Raises InvalidDetails."""
    found = read_calendar(_read(calendar), timezone) if calendar else FoundMeeting(None, UNKNOWN)
    if attendees is None:
        return found
    return found._replace(details=replace(found.details, attendees=parse_attendees(_read(attendees))))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidDetails(f"The file {file} cannot be read.", "Check its name and folder.") from error
    except UnicodeDecodeError as error:
        raise InvalidDetails(f"The file {file} is not text in UTF-8.", "Save it as plain text in UTF-8.") from error
