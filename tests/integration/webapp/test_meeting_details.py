"""The details of a meeting: given at the upload, read from a calendar file or a name, changed by page and API."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.calendars import calendar, event
from support.tus_visitors import Tus
from support.visitors import Program, stored_files

from core.database.tables import Recording, Status, User
from core.recordings import library, queries, recaps

UNKNOWN = {"date": None, "time": None, "place": None, "kind": None, "attendees": []}
CALENDAR = {
    "date": "2026-11-24",
    "time": "08:30",
    "place": "Room 4 First floor",
    "kind": None,
    "attendees": [
        {"name": "Anna Meier", "absent": False},
        {"name": "Ben Kowalski", "absent": False},
        {"name": "Carla de la Cruz", "absent": True},
    ],
}
NASTY = '<script>alert("x")</script>'


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Launch")


def ics(text: str | bytes) -> tuple[io.BytesIO, str]:
    data = text.encode() if isinstance(text, str) else text
    return io.BytesIO(data), "meeting.ics"


def test_what_was_typed_wins_over_the_calendar_and_that_over_the_file_name(program: Program) -> None:
    answer = program.upload(name="2026-11-20 Rehearsal.wav")
    assert (answer.json["title"], answer.json["details"]) == ("Rehearsal", UNKNOWN | {"date": "2026-11-20"})
    answer = program.upload(name="2026-11-20 Rehearsal.wav", calendar=ics(calendar()))
    assert (answer.json["title"], answer.json["details"]) == ("Board, weekly", CALENDAR)
    typed = {"title": "Council", "date": "2026-11-25", "kind": " Board \n meeting ", "attendees": "Dora\nEd (absent)"}
    answer = program.upload(name="2026-11-20 Rehearsal.wav", calendar=ics(calendar()), **typed)
    people = [{"name": "Dora", "absent": False}, {"name": "Ed", "absent": True}]
    expected = {"date": "2026-11-25", "time": None, "kind": "Board meeting", "attendees": people}
    assert (answer.json["title"], answer.json["details"]) == ("Council", CALENDAR | expected)


def test_a_recording_without_details_says_so(program: Program) -> None:
    answer = program.upload(calendar=(io.BytesIO(b""), ""))
    assert answer.status_code == 201
    assert program.get(f"/recordings/{answer.json['id']}").json["details"] == UNKNOWN


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"date": "24.11.2026"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "2026-11-24", "time": "9 o'clock"}, "time"),
        ({"time": "09:30"}, "date"),
        ({"place": "x" * 121}, "place"),
        ({"kind": "x" * 121}, "kind"),
        ({"attendees": "x" * 81}, "attendees"),
        ({"attendees": "\n".join(map(str, range(101)))}, "attendees"),
        ({"calendar": ics("no calendar")}, "calendar"),
        ({"calendar": ics(b"\xff\xfe\0\1")}, "calendar"),
        ({"calendar": ics(calendar(event(), event(uid="2")))}, "calendar"),
        ({"calendar": ics("x" * 140_000)}, "calendar"),
        ({"calendar": "no calendar"}, "calendar"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name_and_leaves_nothing(
    fields: dict[str, Any], word: str, program: Program, data_dir: Any
) -> None:
    answer = program.upload(**fields)
    assert answer.status_code == 422
    assert word in answer.json["error"]["message"]
    assert answer.json["error"]["hint"]
    assert not stored_files(data_dir)


def test_a_plain_form_shows_what_is_wrong_with_its_details(browser: FlaskClient) -> None:
    form = {
        "file": (io.BytesIO(b"sound"), "talk.wav"),
        "calendar": ics("none"),
        "attendees": NASTY,
        "date": "2026-11-24",
    }
    answer = browser.post("/upload", data=form)
    assert answer.status_code == 422
    assert 'id="calendar-error"' in answer.text
    assert 'value="2026-11-24"' in answer.text
    assert NASTY not in answer.text


def test_a_resumable_upload_keeps_its_details(app: Flask, browser: FlaskClient, alice: User) -> None:
    visitor = Tus(app, client=browser)
    path = visitor.begin(5, filename="2026-11-20 Rehearsal.wav", attendees="Dora")
    assert visitor.call("PUT", f"{path}/options", data={"calendar": calendar(), "kind": "Board"}).status_code == 204
    assert visitor.call("PUT", f"{path}/options", data={"calendar": "none"}).status_code == 422
    assert visitor.patch(path, 0, b"sound").status_code == 204
    (kept,) = library.find_page(alice.id, library.View(), 10)
    assert (kept.title, kept.details) == ("Board, weekly", CALENDAR | {"kind": "Board"})


def test_a_program_changes_some_details_and_the_pdf_is_made_anew(program: Program, recording: Recording) -> None:
    people = [{"name": "Anna Meier"}, {"name": "Ben", "absent": True}, "Carla (absent)"]
    answer = program.patch(f"/recordings/{recording.id}", json={"date": "2026-11-24", "attendees": people})
    assert answer.status_code == 200
    job = queries.get(recording.id).job
    assert (job.status, job.step) == (Status.QUEUED, "render")
    answer = program.patch(f"/recordings/{recording.id}", json={"title": "Kick-off", "place": "Hall", "date": None})
    assert answer.json["title"] == "Kick-off"
    assert answer.json["details"] == UNKNOWN | {
        "place": "Hall",
        "attendees": [
            {"name": "Anna Meier", "absent": False},
            {"name": "Ben", "absent": True},
            {"name": "Carla", "absent": True},
        ],
    }
    document = program.get(f"/recordings/{recording.id}/exports/json").json
    assert (document["title"], document["details"]["place"]) == ("Kick-off", "Hall")


@pytest.mark.parametrize(
    "body",
    [
        [],
        "Hall",
        {"venue": "Hall"},
        {"date": 20261124},
        {"time": "09:30"},
        {"attendees": {"name": "Anna"}},
        {"attendees": [{"name": 5}]},
        {"attendees": [{"name": "Anna", "absent": "no"}]},
        {"attendees": [{"name": "Anna", "role": "chair"}]},
        {"attendees": [None]},
        {"place": "x" * 121},
        {"title": 5},
    ],
)
def test_a_change_that_does_not_fit_is_refused_and_changes_nothing(
    body: object, program: Program, recording: Recording
) -> None:
    answer = program.patch(f"/recordings/{recording.id}", json=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request")
    assert queries.get(recording.id).job.status == Status.DONE


def test_the_page_changes_details_and_shows_them(browser: FlaskClient, recording: Recording) -> None:
    address = f"/recordings/{recording.id}/details"
    assert f'href="{address}"' in browser.get(f"/recordings/{recording.id}").text
    form = {
        "title": "Kick-off",
        "date": "2026-11-24",
        "time": "09:30",
        "place": "Hall",
        "kind": "Board",
        "attendees": "",
    }
    answer = browser.post(address, data=form | {"attendees": f"Zoë\nYan (absent)\n{NASTY}"})
    assert (answer.status_code, answer.location) == (303, f"/recordings/{recording.id}#details")
    page = browser.get(f"/recordings/{recording.id}").text
    for text in ("Kick-off", "Tuesday 24 November 2026, 09:30", "Hall", "Board", "<dt>Apologies</dt>"):
        assert text in page
    assert '<option value="Zoë">' in page, "offered where speakers are named"
    assert '<option value="Yan">' not in page, "was not there"
    assert NASTY not in page
    assert "Yan (absent)" in browser.get(address).text
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    assert "Zoë" not in {speaker.name for speaker in recap.transcript.speakers}, "nobody is named by itself"


def test_a_form_with_an_error_keeps_what_was_typed(browser: FlaskClient, recording: Recording) -> None:
    answer = browser.post(f"/recordings/{recording.id}/details", data={"time": "09:30", "place": "Hall"})
    assert answer.status_code == 422
    assert 'id="date-error"' in answer.text
    assert 'value="Hall"' in answer.text
    assert queries.get(recording.id).details is None


def test_due_days_follow_the_date_of_the_meeting(program: Program, recording: Recording) -> None:
    def due_days() -> set[str]:
        items = program.get(f"/recordings/{recording.id}/summary").json["action_items"]
        return {item["due_day"] for item in items if item["due_day"]}

    program.patch(f"/recordings/{recording.id}", json={"date": "2026-11-24"})
    first = due_days()
    assert first
    program.patch(f"/recordings/{recording.id}", json={"date": "2025-03-04"})
    assert due_days().isdisjoint(first)
