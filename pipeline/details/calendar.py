"""Reads a meeting from a calendar file (iCalendar, RFC 5545), as calendars and invitations give it."""

from __future__ import annotations

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
from pipeline.details.details import Attendee, Details, FoundMeeting
from pipeline.render.formatting import zone

MAX_CALENDAR_BYTES = 131_072
MAX_TITLE = 200
_THINGS = ("ROOM", "RESOURCE")


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
    event, is_repeated = _find_event(_parse(text.removeprefix("\ufeff")))
    when = Details() if is_repeated else _read_start(event, timezone)
    attendees = clean_attendees(list(_list_attendees(event))[:MAX_ATTENDEES])
    place = on_one_line(_read_text(event, "LOCATION"))[:MAX_TEXT].strip() or None
    title = on_one_line(_read_text(event, "SUMMARY"))[:MAX_TITLE].strip() or None
    return FoundMeeting(title, Details(when.date, when.time, place, None, attendees))


def _parse(text: str) -> list[Any]:
    """The events of a calendar file. Raises InvalidCalendar."""
    from icalendar import Calendar

    try:
        return [event for calendar in Calendar.from_ical(text, multiple=True) for event in calendar.walk("VEVENT")]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise InvalidCalendar() from error  # the parser raises whatever odd lines lead to


def _find_event(events: list[Any]) -> tuple[Any, bool]:
    """The one event, and whether it is repeated. Raises InvalidCalendar."""
    if not events:
        raise InvalidCalendar("The calendar file has no meeting.")
    if len({_read_text(event, "UID") for event in events}) > 1:
        raise InvalidCalendar(
            f"The calendar file has {len(events):,} meetings.", "Export the one that was recorded, or leave the file out."
        )
    repeated = [event for event in events if event.get("RRULE") is not None or event.get("RDATE") is not None]
    return (repeated or events)[0], bool(repeated) or len(events) > 1


def _read_start(event: Any, timezone: str) -> Details:
    start = getattr(event.get("DTSTART"), "dt", None)
    try:
        if isinstance(start, datetime):
            start = start.astimezone(zone(timezone)) if start.tzinfo else start
            return Details(date=start.date().isoformat(), time=f"{start:%H:%M}")
    except (ValueError, OverflowError):  # at the ends of the calendar
        return Details()
    return Details(date=start.isoformat()) if isinstance(start, date) else Details()


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
