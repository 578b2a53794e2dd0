"""Calendar files as programs write them."""

from __future__ import annotations

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n"
FOOT = "END:VCALENDAR\r\n"
ZONE = """\
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
PEOPLE = """\
ORGANIZER;CN="Anna Meier":mailto:anna@example.org
ATTENDEE;CN=Ben Kowalski;PARTSTAT=ACCEPTED:mailto:ben@example.org
ATTENDEE;CN=Carla de la
  Cruz;PARTSTAT=DECLINED:mailto:carla@example.org
ATTENDEE;CUTYPE=ROOM;CN=Room 4:mailto:room4@example.org
ATTENDEE;CN=dora@example.org:mailto:dora@example.org
"""


def event(start: str = "DTSTART:20261124T083000Z", more: str = "", uid: str = "1") -> str:
    """A meeting."""
    lines = f"BEGIN:VEVENT\nUID:{uid}\n{start}\nSUMMARY:Board\\, weekly\nLOCATION:Room 4\\nFirst floor\n{PEOPLE}{more}"
    return f"{lines}END:VEVENT\n"


def calendar(*parts: str) -> str:
    """A calendar file of these parts; by default with one meeting in the morning of 24 November 2026."""
    return HEAD + "".join(parts or (event(),)).replace("\n", "\r\n") + FOOT
