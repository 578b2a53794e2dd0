"""Joining recordings and splitting one, by the API and by the pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program, log_in

from core import parts
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, User
from core.recordings import library, queries
from core.recordings.details import details_of
from core.retention import deletion
from core.uploads import limits
from pipeline.errors import StorageFull
from pipeline.meeting import Attendee, Details


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Launch")


@pytest.fixture
def other(alice: User) -> Recording:
    return meetings.finished(alice, "Launch, after the break", "standup")


def spans(recording: Recording) -> list[tuple[str, float, float]]:
    return [(part.recording, part.start, part.end) for part, _ in parts.parts_of(recording)]


def count(owner: User) -> int:
    return len(library.find_page(owner.id, library.View(), 100))


def test_the_api_joins_recordings_in_the_order_given(program: Program, recording: Recording, other: Recording) -> None:
    body = {"recordings": [other.id, recording.id], "title": "Whole launch"}
    answer = program.post("/recordings/join", json=body)
    assert (answer.status_code, answer.json["title"], answer.json["status"]) == (201, "Whole launch", "queued")
    assert answer.headers["Location"] == f"/api/v1/recordings/{answer.json['id']}"
    made = queries.get(answer.json["id"])
    assert spans(made) == [
        (other.id, 0.0, other.duration_seconds), (recording.id, 0.0, recording.duration_seconds),
    ]  # fmt: skip
    assert answer.json["parts"][0] == {"recording": other.id, "start": 0.0, "end": other.duration_seconds}
    assert queries.get(recording.id) is not None, "the parts stay"


def test_a_split_begins_where_a_segment_does(program: Program, recording: Recording) -> None:
    segments = program.get(f"/recordings/{recording.id}/transcript").json["segments"]
    wanted = segments[4]["start"]
    body = {"at": round(wanted + 0.2, 2), "first_title": "Before"}
    answer = program.post(f"/recordings/{recording.id}/split", json=body)
    assert answer.status_code == 201, answer.json
    first, second = (queries.get(each["id"]) for each in answer.json["items"])
    assert [first.title, second.title] == ["Before", "Launch (2 of 2)"]
    assert spans(first) == [(recording.id, 0.0, wanted)]
    assert spans(second) == [(recording.id, wanted, recording.duration_seconds)]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"recordings": []}, "One recording cannot be joined"),
        ({"recordings": ["x"]}, "One recording cannot be joined"),
        ({"recordings": ["x", "x"]}, "there twice"),
        ({"recordings": [str(number) for number in range(21)]}, "21 recordings"),
        ({"recordings": "x"}, "recordings"),
        ({}, "recordings"),
        ({"recordings": ["x", "y"], "title": "x" * 201}, "201 characters"),
        ({"recordings": ["x", "y"], "gap": 1}, "no field 'gap'"),
    ],
)
def test_what_cannot_be_joined_is_refused(body: Any, told: str, program: Program, alice: User) -> None:
    answer = program.post("/recordings/join", json=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request"), answer.json
    assert told in answer.json["error"]["message"]
    assert count(alice) == 0


@pytest.mark.parametrize("at", [None, True, "12:34", -1, 0.2, 99_999, float("1e300"), [1]])
def test_a_recording_is_not_split_outside_itself(at: Any, program: Program, recording: Recording, alice: User) -> None:
    answer = program.post(f"/recordings/{recording.id}/split", json={"at": at})
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request"), answer.json
    assert "time" in answer.json["error"]["message"] + answer.json["error"]["hint"]
    assert count(alice) == 1


def test_recordings_of_others_are_neither_joined_nor_listed(
    app: Flask, recording: Recording, charlie: User, stranger: Program
) -> None:
    own = meetings.finished(charlie, "Own")
    answer = stranger.post("/recordings/join", json={"recordings": [own.id, recording.id]})
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert "Launch" not in log_in(app, charlie).get(f"/recordings/{own.id}/join").text
    assert count(charlie) == 1


def test_a_recording_that_is_at_work_is_not_joined(program: Program, recording: Recording, alice: User) -> None:
    waiting = meetings.upload(alice, "Waits")
    answer = program.post("/recordings/join", json={"recordings": [recording.id, waiting.id]})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
    assert count(alice) == 2


def test_what_is_joined_counts_against_the_limits(
    program: Program, recording: Recording, other: Recording, change_settings: Any, alice: User
) -> None:
    change_settings(MAX_USER_RECORDINGS="2")
    body = {"recordings": [recording.id, other.id]}
    assert program.post("/recordings/join", json=body).json["error"]["code"] == "quota_exceeded"
    assert program.post(f"/recordings/{recording.id}/split", json={"at": 20}).status_code == 403
    change_settings(MAX_USER_RECORDINGS="3", MAX_AUDIO_SECONDS="60")
    assert program.post("/recordings/join", json=body).json["error"]["code"] == "too_long"
    assert count(alice) == 2


def test_people_terms_and_options_of_the_parts_go_into_the_whole(alice: User) -> None:
    anna, ben = Attendee("Anna"), Attendee("Ben", absent=True)
    first, second = (
        meetings.finish(made, meetings.make_recap(made))
        for made in (
            meetings.upload(
                alice, "One", template="council", language="en", vocabulary="Grafana",
                details=Details(date="2026-11-24", attendees=(anna, ben)),
            ),
            meetings.upload(
                alice, "Two", language="nl", vocabulary="Grafana\nKafka",
                details=Details(place="Town hall", attendees=(Attendee("Ben"), Attendee("Zoë"))),
            ),
        )
    )  # fmt: skip
    whole = parts.join([first, second], None, utc_now())
    assert (whole.title, whole.template, whole.language, whole.vocabulary) == ("One", "council", None, "Grafana\nKafka")
    details = details_of(whole)
    assert (details.date, details.place) == ("2026-11-24", "Town hall")
    assert details.attendees == (anna, Attendee("Ben"), Attendee("Zoë"))


def test_the_form_joins_by_numbers(browser: FlaskClient, recording: Recording, other: Recording, alice: User) -> None:
    page = browser.get(f"/recordings/{recording.id}/join").text
    assert "after the break" in page
    assert f'name="part:{recording.id}" value="1"' in page
    sent = {f"part:{recording.id}": "2", f"part:{other.id}": "1", "title": ""}
    answer = browser.post(f"/recordings/{recording.id}/join", data=sent)
    assert answer.status_code == 303
    made = queries.get(answer.headers["Location"].rsplit("/", 1)[-1])
    assert [each[0] for each in spans(made)] == [other.id, recording.id]


@pytest.mark.parametrize("number", ["0", "21", "x", "²", "-1", "9" * 5000, "0001" + "0" * 5000, "00019999"])
def test_a_wrong_number_is_told_and_what_was_typed_stays(
    number: str, browser: FlaskClient, recording: Recording, other: Recording
) -> None:
    sent = {f"part:{recording.id}": "7", f"part:{other.id}": number, "title": "Kept"}
    answer = browser.post(f"/recordings/{recording.id}/join", data=sent)
    assert answer.status_code == 422
    assert "is not the number of a part" in answer.text
    assert 'value="Kept"' in answer.text
    assert 'value="7"' in answer.text


def test_two_parts_of_one_number_are_told(browser: FlaskClient, recording: Recording, other: Recording) -> None:
    sent = {f"part:{each.id}": "1" for each in (recording, other)}
    answer = browser.post(f"/recordings/{recording.id}/join", data=sent)
    assert answer.status_code == 422
    assert "Two parts have the number 1" in answer.text


def test_a_recording_that_is_older_than_all_others_is_offered_too(
    browser: FlaskClient, recording: Recording, other: Recording, monkeypatch: pytest.MonkeyPatch, alice: User
) -> None:
    monkeypatch.setattr("webapp.recordings.parts.MOST_OFFERED", 1)
    for number in range(3):
        meetings.upload(alice, f"Waits {number}")
    page = browser.get(f"/recordings/{recording.id}/join").text
    assert f'name="part:{recording.id}" value="1"' in page
    assert f'name="part:{other.id}"' in page, "what waits takes nobody's place"


def test_how_many_speak_is_known_of_the_parts_too(alice: User) -> None:
    made = meetings.upload(alice, "Pair", num_speakers=2)
    pair = meetings.finish(made, meetings.make_recap(made))
    halves = parts.split(pair, 20.0, ("A", "B"), utc_now())
    assert [(one.num_speakers, one.max_speakers) for one in halves] == [(None, 2), (None, 2)]
    assert parts.join([pair, pair], None, utc_now()).num_speakers == 2
    anybody = meetings.finished(alice, "Anybody")
    assert parts.join([pair, anybody], None, utc_now()).num_speakers is None


def test_room_for_what_is_yet_to_be_made_is_not_promised_twice(recording: Recording, other: Recording) -> None:
    made = parts.join([recording, other], None, utc_now())
    room = made.size_bytes + limits.RESERVE_BYTES
    with write() as session:
        with pytest.raises(StorageFull):
            limits.Disk(room + 9, {}).check_room_within(session, 10, utc_now())
        limits.Disk(room + 10, {}).check_room_within(session, 10, utc_now())


def test_with_nothing_to_join_the_page_says_so(browser: FlaskClient, recording: Recording) -> None:
    assert "no other finished recording" in browser.get(f"/recordings/{recording.id}/join").text


def test_the_form_shows_the_place_before_it_splits(browser: FlaskClient, recording: Recording, alice: User) -> None:
    address = f"/recordings/{recording.id}/split"
    assert browser.get(address).status_code == 200
    shown = browser.post(address, data={"at": "0:20"})
    assert shown.status_code == 200
    assert "The first ends with" in shown.text
    assert count(alice) == 1
    at = shown.text.split('name="at" value="')[2].split('"')[0]
    answer = browser.post(address, data={"at": at, "step": "apply", "first_title": "A", "second_title": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert {one.title for one in library.find_page(alice.id, library.View(), 9)} == {"Launch", "A", "Launch (2 of 2)"}


@pytest.mark.parametrize("at", ["", "soon", "9:99:99", "nan", "inf", "-5"])
def test_what_is_no_place_is_told(at: str, browser: FlaskClient, recording: Recording, alice: User) -> None:
    for step in ("", "apply"):
        answer = browser.post(f"/recordings/{recording.id}/split", data={"at": at, "step": step})
        assert answer.status_code == 422, at
        assert 'id="at-error"' in answer.text
    assert count(alice) == 1


def test_a_segment_leads_to_the_place_where_it_begins(browser: FlaskClient, recording: Recording) -> None:
    page = browser.get(f"/recordings/{recording.id}/split?at=20.5")
    assert "The second begins with" in page.text
    assert browser.get(f"/recordings/{recording.id}/split?at=nonsense").status_code == 200


def test_a_recording_tells_what_it_was_made_of(
    browser: FlaskClient, recording: Recording, other: Recording, alice: User
) -> None:
    made = parts.join([recording, other], "Whole", utc_now())
    made = meetings.finish(made, meetings.make_recap(made))
    page = browser.get(f"/recordings/{made.id}").text
    assert "Made of" in page
    assert f'href="/recordings/{other.id}"' in page
    deletion.remove_recording(other.id)
    page = browser.get(f"/recordings/{made.id}").text
    assert "A recording that was deleted" in page
    assert f'href="/recordings/{other.id}"' not in page
