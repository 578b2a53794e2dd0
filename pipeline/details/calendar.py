"""Reads a meeting from a calendar file (iCalendar, RFC 5545), as calendars and invitations give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pipeline.details.cleaning import (
    MAX_ATTENDEES,
    MAX_NAME,
    MAX_TEXT,
    InvalidDetails,
    clean_attendees,
    on_one_line,
)
from pipeline.meeting import UNKNOWN, Attendee, Details, FoundMeeting
from pipeline.time_zone import zone

MAX_CALENDAR_BYTES = 131_072
MAX_TITLE = 200
_REPEATS = ("X-RRULE", "X-RDATE")
_THINGS = ("ROOM", "RESOURCE")
_READ = ("UID", "SUMMARY", "LOCATION", "DTSTART", "ATTENDEE", "ORGANIZER", "RECURRENCE-ID")
_RENAMED = {"RRULE": "X-RRULE", "RDATE": "X-RDATE"}
_PARSER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What odd lines lead to, when they are parsed or when their values are read."""


class InvalidCalendar(InvalidDetails):
    """A calendar file that cannot be read. The message never quotes it."""

    default_message = "The calendar file cannot be read."
    default_hint = "Export the one meeting from your calendar as an .ics file, or leave the file out."


def read_calendar(text: str, timezone: str) -> FoundMeeting:
    """The meeting of a calendar file with one event; times become those of the time zone.

    The day of a repeated event is not taken: it is that of the first time. Names of attendees are taken, addresses are
    not. Raises InvalidCalendar.
    """
    if len(text.encode("utf-8", "replace")) > MAX_CALENDAR_BYTES:
        raise InvalidCalendar(
            f"The calendar file has more than {MAX_CALENDAR_BYTES // 1024} KB.",
            "Export the one meeting alone, or leave the file out.",
        )
    try:
        return _read_meeting(_cut_to_events(text.removeprefix("\ufeff")), timezone)
    except _PARSER_ERRORS as error:
        raise InvalidCalendar() from error


def _cut_to_events(text: str) -> str:
    """A calendar with only those lines of its events that are read. Raises InvalidCalendar for what is none.

    The parser counts out the rules of time zones one by one and keeps zones for later files, so it sees none: zones are
    known by name. Rules of repetition are renamed, since it matters only that there are some.
    """
    lines = _unfold(text)
    if lines and not any(_is_mark(line, "BEGIN", "VCALENDAR") for line in lines):
        raise InvalidCalendar()
    kept, inside = ["BEGIN:VCALENDAR", "VERSION:2.0"], 0
    for line in lines:
        if _is_mark(line, "BEGIN"):
            is_event = _is_mark(line, "BEGIN", "VEVENT")
            inside = inside + 1 if inside or is_event else 0
            kept += ["BEGIN:VEVENT"] if inside == 1 else []
        elif _is_mark(line, "END"):
            kept += ["END:VEVENT"] if inside == 1 else []
            inside = max(0, inside - 1)
        elif inside == 1:
            name, rest = _split_name(line)
            if name in _READ:
                kept.append(f"{name}{rest}")
            elif name in _RENAMED:
                kept.append(f"{_RENAMED[name]}:yes")
    kept += ["END:VEVENT"] if inside else []
    return "\r\n".join((*kept, "END:VCALENDAR", ""))


def _unfold(text: str) -> list[str]:
    """The lines as they were before long ones were folded; none of them begins with white space."""
    lines: list[list[str]] = []
    for line in filter(None, re.split(r"[\r\n]+", text)):
        if line[0] in " \t" and lines:
            lines[-1].append(line[1:])
        else:
            lines.append([line.lstrip()])
    return [joined for one in lines if (joined := "".join(one).strip())]


def _is_mark(line: str, mark: str, component: str | None = None) -> bool:
    """Whether a line begins or ends a component, of any kind or of this one."""
    name, rest = _split_name(line)
    return name == mark and (component is None or rest.rpartition(":")[2].strip().upper() == component)


def _split_name(line: str) -> tuple[str, str]:
    """The name of a line's property, in capitals, and the rest of the line."""
    end = next((at for at, sign in enumerate(line) if sign in ";:"), len(line))
    return line[:end].strip().upper(), line[end:]


def _read_meeting(text: str, timezone: str) -> FoundMeeting:
    from icalendar import Calendar

    event, is_repeated = _find_event(Calendar.from_ical(text).walk("VEVENT"))
    when = UNKNOWN if is_repeated else _read_start(event, timezone)
    attendees = clean_attendees(list(_list_attendees(event))[:MAX_ATTENDEES])
    place = on_one_line(_read_text(event, "LOCATION"))[:MAX_TEXT].strip() or None
    title = on_one_line(_read_text(event, "SUMMARY"))[:MAX_TITLE].strip() or None
    return FoundMeeting(title, Details(when.date, when.time, place, None, attendees))


def _find_event(events: list[Any]) -> tuple[Any, bool]:
    """The one event, and whether it is repeated. Raises InvalidCalendar."""
    if not events:
        raise InvalidCalendar("The calendar file has no meeting.")
    if len({_read_text(event, "UID") for event in events}) > 1:
        raise InvalidCalendar(
            f"The calendar file has {len(events):,} meetings.",
            "Export the one that was recorded, or leave the file out.",
        )
    repeated = [event for event in events if any(event.get(name) is not None for name in _REPEATS)]
    return (repeated or events)[0], bool(repeated) or len(events) > 1


def _read_start(event: Any, timezone: str) -> Details:
    """When a meeting begins; only its day where the time is in a zone that nobody knows by its name."""
    given = event.get("DTSTART")
    start = getattr(given, "dt", None)
    if not isinstance(start, datetime):
        return Details(date=start.isoformat()) if isinstance(start, date) else UNKNOWN
    if start.tzinfo is None and "TZID" in given.params:
        return Details(date=start.date().isoformat())
    start = start.astimezone(zone(timezone)) if start.tzinfo else start
    return Details(date=start.date().isoformat(), time=f"{start:%H:%M}")


def _list_attendees(event: Any) -> Iterator[Attendee]:
    """The people who were invited, in their order; the organiser first unless listed."""
    invited = list(map(_read_person, _as_list(event.get("ATTENDEE"))))
    organiser = next(map(_read_person, _as_list(event.get("ORGANIZER"))), None)
    names = {one.name.casefold() for one in invited if one}
    if organiser and organiser.name.casefold() not in names:
        yield organiser
    yield from filter(None, invited)


def _read_person(address: Any) -> Attendee | None:
    """A person by name; None for a room, and where only an address is known."""
    parameters = getattr(address, "params", {})
    name = on_one_line(str(parameters.get("CN", "")))[:MAX_NAME].strip().strip("\"'")
    if not name or "@" in name or str(parameters.get("CUTYPE", "")).upper() in _THINGS:
        return None
    return Attendee(name, absent=str(parameters.get("PARTSTAT", "")).upper() == "DECLINED")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _read_text(event: Any, name: str) -> str:
    """A text of an event, the first if there are several."""
    return next((str(one) for one in _as_list(event.get(name))), "")
