"""Details as people type them, one kind before the other, and what they do to a recap."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.recaps import sample_recap

from pipeline.details import cleaning
from pipeline.details.names import add_names
from pipeline.details.show import show_details
from pipeline.meeting import UNKNOWN, Attendee, Details
from pipeline.recap import Recap, from_json, to_json
from pipeline.vocabulary.entries import MAX_ENTRIES


def test_what_was_typed_wins_and_a_time_stays_with_its_day() -> None:
    found = Details("2026-11-24", "09:30", "Room 4", "Board", (Attendee("Anna"),))
    assert UNKNOWN.or_else(found) == found
    assert Details(date="2026-11-25").or_else(found).time is None, "half past nine was on another day"
    assert Details(date="2026-11-24").or_else(found).time == "09:30"
    assert Details(time="10:00").or_else(found) == replace(found, time="10:00")
    typed = Details("2026-11-25", "10:00", "Hall", "Council", (Attendee("Ben"),))
    assert typed.or_else(found) == typed


def test_attendees_are_read_one_a_line_and_as_mail_programs_copy_them() -> None:
    text = "Anna Meier <anna@example.org>; Ben\r\n\n  Carla\tCruz (Absent)\nanna meier\n(absent)\nDora (apologies)"
    read = cleaning.parse_attendees(text)
    assert read == (
        Attendee("Anna Meier"),
        Attendee("Ben"),
        Attendee("Carla Cruz", absent=True),
        Attendee("Dora", absent=True),
    )
    assert cleaning.parse_attendees(cleaning.format_attendees(read)) == read


def test_too_much_is_refused_with_a_hint() -> None:
    for clean in (
        lambda: cleaning.parse_attendees("x" * 81),
        lambda: cleaning.parse_attendees("\n".join(map(str, range(101)))),
        lambda: cleaning.clean_text("x" * 121, "The place"),
        lambda: cleaning.clean_day("24.11.2026"),
        lambda: cleaning.clean_day("2026-02-30"),
        lambda: cleaning.clean_time("9:30"),
        lambda: cleaning.clean_time("24:00"),
    ):
        with pytest.raises(cleaning.InvalidDetails) as refused:
            clean()
        assert refused.value.hint


def test_names_go_into_the_vocabulary_after_what_people_entered() -> None:
    names = ("Anna Meier", "kowalski", "One Two Three Four Five Six", "---", "a -> b", "Carla")
    details = Details(attendees=tuple(Attendee(name, absent=name == "Carla") for name in names))
    assert add_names("Kowalski\nprice list -> PriceList", details) == "\n".join(
        ["Kowalski", "price list -> PriceList", "Anna Meier", "Carla"]
    )
    assert add_names("", UNKNOWN) == ""
    full = "\n".join(f"Term {number}" for number in range(MAX_ENTRIES))
    assert add_names(full, details) == full


def test_due_days_count_from_the_day_of_the_meeting() -> None:
    recap = sample_recap()
    task = replace(recap.summary.action_items[0], due="by Friday", due_day="2026-01-02")
    recap = replace(recap, summary=replace(recap.summary, action_items=(task,)))
    shown = show_details(recap, "Title", Details(date="2026-11-24"))
    assert shown.title == "Title"
    assert shown.summary.action_items[0].due_day == "2026-11-27"
    assert show_details(recap, "Title", UNKNOWN).summary == recap.summary, "the file's own day stays"


def test_a_recap_without_details_is_written_as_before() -> None:
    recap = sample_recap()
    assert b'"details"' not in to_json(recap)
    known = replace(recap, details=Details("2026-11-24", attendees=(Attendee("Anna", absent=True),)))
    assert from_json(Recap, to_json(known)).details == known.details
