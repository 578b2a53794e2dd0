"""Naming the speakers of a recording, by the page and by the API."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program, token_of

from core.database.tables import Recording, Status, User
from core.recordings import queries, recaps

NASTY = '<script>alert("x")</script>'


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Launch")


def test_names_show_in_recap_transcript_and_list_of_speakers(browser: FlaskClient, recording: Recording) -> None:
    before = browser.get(f"/recordings/{recording.id}").text
    assert "Anna" in before
    assert "Zoë" not in before
    answer = browser.post(f"/recordings/{recording.id}/speakers", data={"s1": "  Zoë \n de Wit "})
    assert (answer.status_code, answer.location) == (303, f"/recordings/{recording.id}#speakers")
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    assert recap.transcript.name_of("s1") == "Zoë de Wit"


def test_the_pdf_is_made_anew_and_nothing_else(program: Program, recording: Recording) -> None:
    answer = program.put(f"/recordings/{recording.id}/speakers", json={"s1": "Zoë", "s2": ""})
    assert answer.status_code == 200
    assert answer.json["speakers"][0]["name"] == "Zoë"
    job = queries.get(recording.id).job
    assert (job.status, job.step, job.queue) == (Status.QUEUED, "render", "cpu")


@pytest.mark.parametrize("body", [["Zoë"], "Zoë", {"s9": "Zoë"}, {"s1": "x" * 81}, {"s1": 5}, {"s1": None}])
def test_names_that_do_not_fit_are_refused_and_change_nothing(
    body: object, program: Program, recording: Recording
) -> None:
    answer = program.put(f"/recordings/{recording.id}/speakers", json=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request")
    assert queries.get(recording.id).job.status == Status.DONE


def test_names_in_a_thousand_brackets_are_refused(program: Program, recording: Recording) -> None:
    body = b'{"s1":' * 100_000
    answer = program.put(f"/recordings/{recording.id}/speakers", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request")


def test_a_stranger_names_nobody(stranger: Program, recording: Recording) -> None:
    assert stranger.put(f"/recordings/{recording.id}/speakers", json={"s1": "Eve"}).status_code == 404
    assert recaps.load_recap(recording.id).transcript.name_of("s1") != "Eve"


def test_a_form_from_elsewhere_names_nobody(app: Flask, browser: FlaskClient, recording: Recording) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert browser.post(f"/recordings/{recording.id}/speakers", data={"s1": "Eve"}).status_code == 403
    page = browser.get(f"/recordings/{recording.id}").text
    data = {"s1": "Ada", "csrf_token": token_of(page)}
    assert browser.post(f"/recordings/{recording.id}/speakers", data=data).status_code == 303


def test_a_name_is_printed_as_text(browser: FlaskClient, recording: Recording) -> None:
    browser.post(f"/recordings/{recording.id}/speakers", data={"s1": NASTY})
    meetings.change(recording, job={"status": Status.DONE})
    page = browser.get(f"/recordings/{recording.id}").text
    assert NASTY not in page
    assert "&lt;script&gt;alert" in page


def test_before_the_speakers_are_known_the_answer_says_so(program: Program, alice: User) -> None:
    waiting = meetings.upload(alice, "Later")
    answer = program.put(f"/recordings/{waiting.id}/speakers", json={"S1": "Zoë"})
    assert (answer.status_code, answer.json["error"]["retryable"]) == (409, True)
