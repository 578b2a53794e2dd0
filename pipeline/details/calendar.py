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
_REPEATS = ("RRULE", "X-RRULE", "RDATE")
_THINGS = ("ROOM", "RESOURCE")
_RULE = re.compile(r"(?im)^RRULE[;:].*$")
#: When a time zone changes: on a day of a month.
_ZONE_RULE = re.compile(
    r"(?i)RRULE:(?:FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|UNTIL=[0-9TZ]+|COUNT=\d+|BYMONTH=\d+|BYDAY=[-+]?\d*[A-Z]{2}"
    r"|BYMONTHDAY=[-+\d,]+|;)*\s*"
)
_MOST_ZONE_RULES = 40
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
    tamed = _tame_rules(text.removeprefix("\ufeff"))
    try:
        return _read_meeting(tamed, timezone)
    except _PARSER_ERRORS as error:
        raise InvalidCalendar() from error


def _tame_rules(text: str) -> str:
    """The text with rules of repetition renamed, except those of time zones, which the parser counts out one by one.

    Raises InvalidCalendar for a time zone that changes more often than on a day of a month.
    """
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    zones = re.findall(r"(?ims)^BEGIN:(?:STANDARD|DAYLIGHT)\s*$(.*?)^END:(?:STANDARD|DAYLIGHT)\s*$", unfolded)
    rules = [rule for each in zones for rule in _RULE.findall(each)]
    if len(rules) > _MOST_ZONE_RULES or not all(map(_ZONE_RULE.fullmatch, rules)):
        raise InvalidCalendar("The calendar file has a time zone that cannot be read.")
    return _RULE.sub(lambda found: found[0] if _ZONE_RULE.fullmatch(found[0]) else f"X-{found[0]}", unfolded)


def _read_meeting(text: str, timezone: str) -> FoundMeeting:
    from icalendar import Calendar

    calendars = Calendar.from_ical(text, multiple=True)
    event, is_repeated = _find_event([event for calendar in calendars for event in calendar.walk("VEVENT")])
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
    start = getattr(event.get("DTSTART"), "dt", None)
    if isinstance(start, datetime):
        start = start.astimezone(zone(timezone)) if start.tzinfo else start
        return Details(date=start.date().isoformat(), time=f"{start:%H:%M}")
    return Details(date=start.isoformat()) if isinstance(start, date) else UNKNOWN


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
