"""Answering offers to merge or part speakers, by the page and by the API."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from support import meetings
from support.api_shapes import OFFER, has_shape
from support.visitors import Program

from core.database.tables import Recording, Status, User
from core.recordings import queries, recaps


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finish_with_offers(alice, "Launch")


def state_of(program: Program, recording: Recording) -> list[str]:
    return [each["state"] for each in program.get(f"/recordings/{recording.id}/offers").json["items"]]


def test_the_api_lists_offers_with_examples_in_the_transcript(program: Program, recording: Recording) -> None:
    items = program.get(f"/recordings/{recording.id}/offers").json["items"]
    assert [(each["id"], each["state"]) for each in items] == [("merge-s1-s2", "open"), ("part-s3", "open")]
    assert all(has_shape(each, OFFER) for each in items)
    transcript = program.get(f"/recordings/{recording.id}/transcript").json
    assert "offers" not in transcript
    spoken = {segment["id"]: segment["speaker"] for segment in transcript["segments"]}
    assert [[spoken[one["segment"]] for one in each["examples"]] for each in items] == [["s1", "s2"], ["s3", "s3"]]


def test_an_accepted_offer_changes_transcript_and_pdf_until_it_is_taken_back(
    program: Program, recording: Recording
) -> None:
    address = f"/recordings/{recording.id}/offers/merge-s1-s2"
    before = program.get(f"/recordings/{recording.id}/transcript").json
    answer = program.put(address, json={"state": "accepted"})
    assert (answer.status_code, answer.json["state"]) == (200, "accepted")
    after = program.get(f"/recordings/{recording.id}/transcript").json
    assert [one["id"] for one in after["speakers"]] == ["s1", "s3"]
    assert [one["text"] for one in after["segments"]] == [one["text"] for one in before["segments"]]
    job = queries.get(recording.id).job
    assert (job.status, job.step, job.queue) == (Status.QUEUED, "render", "cpu")
    assert program.put(address, json={"state": "open"}).json["state"] == "open"
    assert program.get(f"/recordings/{recording.id}/transcript").json == before


def test_a_dismissed_offer_changes_nothing(program: Program, recording: Recording) -> None:
    assert program.put(f"/recordings/{recording.id}/offers/part-s3", json={"state": "dismissed"}).status_code == 200
    assert state_of(program, recording) == ["open", "dismissed"]
    assert queries.get(recording.id).job.status == Status.DONE


@pytest.mark.parametrize("body", [{"state": "maybe"}, {"state": None}, {}, ["accepted"], {"state": "open", "x": 1}])
def test_an_answer_that_is_none_is_refused(body: object, program: Program, recording: Recording) -> None:
    answer = program.put(f"/recordings/{recording.id}/offers/part-s3", json=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request")
    assert state_of(program, recording) == ["open", "open"]


def test_there_are_no_other_offers(program: Program, recording: Recording) -> None:
    assert program.put(f"/recordings/{recording.id}/offers/part-s1", json={"state": "accepted"}).status_code == 404


def test_a_stranger_answers_nothing(stranger: Program, recording: Recording) -> None:
    assert stranger.get(f"/recordings/{recording.id}/offers").status_code == 404
    assert stranger.put(f"/recordings/{recording.id}/offers/part-s3", json={"state": "accepted"}).status_code == 404
    assert len(recaps.load_recap(recording.id).transcript.speakers) == 3


def test_the_page_accepts_and_takes_back(browser: FlaskClient, recording: Recording) -> None:
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Anna and Ben sound like one person" in page
    answer = browser.post(f"/recordings/{recording.id}/offers/merge-s1-s2", data={"state": "accepted"})
    assert (answer.status_code, answer.location) == (303, f"/recordings/{recording.id}#speakers")
    page = browser.get(f"/recordings/{recording.id}").text
    assert "was merged into Anna" in page
    assert 'name="s2"' not in page
    browser.post(f"/recordings/{recording.id}/offers/merge-s1-s2", data={"state": "open"})
    assert 'name="s2"' in browser.get(f"/recordings/{recording.id}").text


def test_what_was_said_is_escaped_in_an_offer(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Escape")
    recap = meetings.with_offers(meetings.make_recap(recording))
    nasty = [replace(one, text="<script>alert(1)</script>", words=()) for one in recap.transcript.segments]
    meetings.finish(recording, replace(recap, transcript=replace(recap.transcript, segments=tuple(nasty))))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_a_recording_without_offers_says_nothing_of_them(browser: FlaskClient, program: Program, alice: User) -> None:
    plain = meetings.finished(alice, "Launch")
    assert program.get(f"/recordings/{plain.id}/offers").json == {"items": []}
    assert "Same person" not in browser.get(f"/recordings/{plain.id}").text
