"""What several change at once is lost for nobody: details of a meeting, and names and terms of an account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from support import meetings
from support.factories import make_user

from core.accounts import users
from core.clock import utc_now
from core.recordings import queries
from core.recordings.details import change_details, details_of
from pipeline.meeting import Attendee, Details

pytestmark = pytest.mark.usefixtures("any_database")
COUNT = 12


def test_everybody_who_adds_an_attendee_at_the_same_moment_finds_them_all() -> None:
    recording = meetings.finished(make_user("ann"), "Launch")

    def add(number: int) -> None:
        def change(title: str, details: Details) -> tuple[str, Details]:
            return title, replace(details, attendees=(*details.attendees, Attendee(f"Guest {number}")))

        change_details(recording.id, change, utc_now())

    with ThreadPoolExecutor(COUNT) as pool:
        list(pool.map(add, range(COUNT)))
    changed = queries.get(recording.id)
    assert changed is not None
    assert {one.name for one in details_of(changed).attendees} == {f"Guest {number}" for number in range(COUNT)}


def test_terms_that_are_added_at_the_same_moment_are_all_kept() -> None:
    user = make_user("ann")
    with ThreadPoolExecutor(COUNT) as pool:
        list(pool.map(lambda n: users.change_vocabulary(user.id, lambda terms: f"{terms}\nTerm {n}"), range(COUNT)))
    kept = users.require_user(user.email).vocabulary or ""
    assert sorted(kept.split("\n")) == sorted(["", *(f"Term {number}" for number in range(COUNT))])


def test_a_recording_that_was_deleted_meanwhile_is_left_alone() -> None:
    change_details("f" * 32, lambda title, details: (title, details), utc_now())
