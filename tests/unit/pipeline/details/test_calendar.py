"""Calendar files, as they are meant and as they are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.calendars import ZONE, calendar, event

from pipeline.details.calendar import MAX_CALENDAR_BYTES, InvalidCalendar, read_calendar
from pipeline.meeting import Attendee

BERLIN = "Europe/Berlin"


def test_a_meeting_tells_title_time_place_and_people() -> None:
    found = read_calendar(calendar(), BERLIN)
    assert found.title == "Board, weekly"
    details = found.details
    assert (details.date, details.time, details.place) == ("2026-11-24", "09:30", "Room 4 First floor")
    assert details.attendees == (
        Attendee("Anna Meier"),
        Attendee("Ben Kowalski"),
        Attendee("Carla de la Cruz", absent=True),
    )


@pytest.mark.parametrize(
    ("start", "date", "time"),
    [
        ("DTSTART;TZID=W. Europe Standard Time:20261124T093000", "2026-11-24", "09:30"),
        ("DTSTART;TZID=America/New_York:20261124T200000", "2026-11-25", "02:00"),
        ("DTSTART:20261124T093000", "2026-11-24", "09:30"),
        ("DTSTART;VALUE=DATE:20261124", "2026-11-24", None),
        ("X-NOTHING:1", None, None),
    ],
)
def test_a_start_is_that_of_the_time_zone(start: str, date: str | None, time: str | None) -> None:
    details = read_calendar(calendar(ZONE, event(start)), BERLIN).details
    assert (details.date, details.time) == (date, time)


@pytest.mark.parametrize(
    "events",
    [
        (event(more="RRULE:FREQ=WEEKLY\n"),),
        (event(), event("DTSTART:20261201T083000Z", "RECURRENCE-ID:20261201T083000Z\n")),
    ],
)
def test_of_a_repeated_meeting_the_day_is_not_known(events: tuple[str, ...]) -> None:
    found = read_calendar(calendar(*events), BERLIN)
    assert found.title == "Board, weekly"
    assert found.details.date is None
    assert found.details.attendees


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The calendar file has no meeting."),
        ("<html>", "The calendar file cannot be read."),
        (calendar(ZONE), "The calendar file has no meeting."),
        (calendar(event(), event(uid="2")), "The calendar file has 2 meetings."),
        (calendar(event("DTSTART:tomorrow")), "The calendar file cannot be read."),
        (calendar(event(more="COMMENT:" + "x" * MAX_CALENDAR_BYTES + "\n")), "The calendar file has more than 128 KB."),
    ],
)
def test_a_file_that_tells_of_no_one_meeting_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidCalendar) as refused:
        read_calendar(text, BERLIN)
    assert refused.value.message == message
    assert refused.value.hint


ZONED = event("DTSTART;TZID=W. Europe Standard Time:20261124T093000")


@pytest.mark.parametrize(
    "rule", ["RRULE:FREQ=SECONDLY", 'rrule;x=":":FREQ=SECONDLY', "RRULE:FREQ=\n SECONDLY", "RRU\n\n  LE:FREQ=SECONDLY"]
)
def test_a_time_zone_that_changes_every_second_is_not_counted_out(rule: str) -> None:
    zone = ZONE.replace("RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", rule)
    details = read_calendar(calendar(zone, ZONED), BERLIN).details  # forever, if it were
    assert (details.date, details.time) == ("2026-11-24", "09:30")


def test_no_zone_of_a_file_counts_in_another() -> None:
    def begun(offset: str) -> tuple[str | None, str | None]:
        zone = ZONE.replace("W. Europe Standard Time", "Customized Time Zone").replace("+0100", offset)
        start = event("DTSTART;TZID=Customized Time Zone:20261124T093000")
        details = read_calendar(calendar(zone, start), BERLIN).details
        return details.date, details.time

    assert begun("+0100") == begun("-0800") == ("2026-11-24", None), "a zone without a known name tells the day only"


@pytest.mark.parametrize(
    "text", ["BEGIN:STANDARD" + "\n" * 130_000, "BEGIN:STANDARD\n" * 8_000, "BEGIN:VEVENT\n " * 8_000]
)
def test_a_file_of_one_thing_again_and_again_is_refused(text: str) -> None:
    with pytest.raises(InvalidCalendar):
        read_calendar(text, BERLIN)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.sampled_from('\0\n:;="\u202e9AZ,\\')), max_size=12))
def test_a_damaged_file_is_read_or_refused(changes: list[tuple[int, str]]) -> None:
    text = calendar(ZONE, event())
    for place, sign in changes:
        text = text[:place] + sign + text[place + 1 :]
    try:
        read_calendar(text, BERLIN)
    except InvalidCalendar as error:
        assert error.hint
