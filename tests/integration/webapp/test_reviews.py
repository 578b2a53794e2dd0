"""Recaps that wait for a review: on their page, in the library and in the API."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program, log_in

from core.database.tables import Recording, User

WAITING = {"state": "waiting", "by": None, "at": None}


@pytest.fixture
def recording(browser: FlaskClient, alice: User) -> Recording:
    """A recap that was finished after its owner turned reviews on."""
    answer = browser.post("/account/review", data={"review": "true"})
    assert answer.location.endswith("/account?changed=review#h-review")
    return meetings.finished(alice, "Launch")


def review_of(program: Program, recording: Recording) -> Any:
    return program.get(f"/recordings/{recording.id}").json["review"]


def review(program: Program, recording: Recording, **body: Any) -> Any:
    return program.put(f"/recordings/{recording.id}/review", json={"reviewed": True, **body})


def test_the_account_page_turns_reviews_on_and_off(
    browser: FlaskClient, program: Program, recording: Recording
) -> None:
    assert 'value="true" checked' in browser.get("/account?changed=review").text
    assert review_of(program, recording) == WAITING
    browser.post("/account/review", data={})
    assert 'value="true" checked' not in browser.get("/account").text
    assert review_of(program, recording) is None


def test_nothing_waits_unless_that_is_turned_on(browser: FlaskClient, program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    assert review_of(program, recording) is None
    for address in ("/", f"/recordings/{recording.id}"):
        assert "Waiting for your review" not in browser.get(address).text
    markdown = program.get(f"/recordings/{recording.id}/exports/md")
    assert "Draft" not in markdown.text
    assert "filename=Launch.md" in markdown.headers["Content-Disposition"]
    assert review(program, recording).status_code == 409


def test_a_recap_waits_until_somebody_says_that_it_was_reviewed(
    browser: FlaskClient, program: Program, recording: Recording
) -> None:
    page = f"/recordings/{recording.id}"
    shown = browser.get(page).text
    assert "Waiting for your review" in shown
    assert 'href="#h-doubts"' in shown
    assert "Nobody has checked" not in shown, "said once"
    assert "Waiting for your review" in browser.get("/").text
    assert "Waiting for your review" in browser.get(f"/rows?id={recording.id}").json["rows"][recording.id]
    assert program.get("/recordings").json["items"][0]["review"] == WAITING
    answer = browser.post(f"{page}/review", data={"reviewed": "true", "version": 1, "seen": 0})
    assert (answer.status_code, answer.location) == (303, page)
    shown = browser.get(page).text
    assert "Waiting for your review" not in shown + browser.get("/").text
    assert "by alice@example.org" in shown
    assert "Reviewed the recap" in shown, "in the list of changes"
    found = review_of(program, recording)
    assert (found["state"], found["by"]) == ("reviewed", "alice@example.org")
    assert found["at"].endswith("Z")
    browser.post(f"{page}/review", data={"reviewed": "false", "version": 1, "seen": 1})
    assert review_of(program, recording) == WAITING
    assert "Undid: Reviewed the recap" in browser.get(page).text


def test_the_api_reviews_and_takes_that_back(program: Program, recording: Recording) -> None:
    assert review(program, recording).json["state"] == "reviewed"
    assert review(program, recording).json["state"] == "reviewed", "twice is once"
    listed = program.get(f"/recordings/{recording.id}/edits").json
    assert (listed["last"], listed["items"][0]["kind"]) == (1, "review")
    assert listed["items"][0]["details"] == {"version": 1}
    assert review(program, recording, reviewed=False).json == WAITING
    program.post(f"/recordings/{recording.id}/edits/redo")
    assert review_of(program, recording)["state"] == "reviewed"


def test_nobody_reviews_what_was_not_seen(program: Program, recording: Recording) -> None:
    assert review(program, recording, version=2).status_code == 409
    edit = {"kind": "remove", "point": "decisions1", "seen": 0}
    assert program.post(f"/recordings/{recording.id}/edits", json=edit).status_code == 201
    assert review(program, recording, seen=0).status_code == 409
    assert review(program, recording, version=1, seen=1).status_code == 200
    for body in ({"reviewed": "perhaps"}, {"reviewed": None}, {"version": -1}, {"by": "me"}):
        assert review(program, recording, **body).status_code == 422


def test_a_review_does_not_stand_in_the_way_of_edits(program: Program, recording: Recording) -> None:
    review(program, recording)
    edit = {"kind": "change", "point": "decisions1", "seen": 0, "text": "Later."}
    assert program.post(f"/recordings/{recording.id}/edits", json=edit).status_code == 201
    assert review_of(program, recording)["state"] == "reviewed"


MARKED = ("md", "txt", "vtt", "json", "docx")


def test_exports_bear_the_mark_until_then(program: Program, recording: Recording) -> None:
    def read(kind: str) -> Any:
        return program.get(f"/recordings/{recording.id}/exports/{kind}")

    for kind in ("md", "txt", "vtt"):
        assert "Draft: not reviewed" in read(kind).text
    assert read("json").json["warnings"][0]["code"] == "not_reviewed"
    assert "Draft: not reviewed" in ZipFile(BytesIO(read("docx").data)).read("word/document.xml").decode()
    for kind in (*MARKED, "srt", "csv", "rttm", "eaf", "otr", "pdf", "zip"):
        assert "(draft, not reviewed)" in read(kind).headers["Content-Disposition"]
    assert all("(draft, not reviewed)." in name for name in ZipFile(BytesIO(read("zip").data)).namelist())
    review(program, recording)
    for kind in ("md", "txt", "vtt", "json"):
        assert "not reviewed" not in read(kind).text
        assert "not_reviewed" not in read(kind).text
        assert "draft" not in read(kind).headers["Content-Disposition"]


def test_nobody_else_reviews(
    app: Flask, browser: FlaskClient, stranger: Program, charlie: User, program: Program, recording: Recording
) -> None:
    assert review(stranger, recording).status_code == 404
    address = f"/recordings/{recording.id}/review"
    assert log_in(app, charlie).post(address, data={"reviewed": "true"}).status_code == 404
    app.config["WTF_CSRF_ENABLED"] = True
    assert browser.post(address, data={"reviewed": "true"}).status_code == 403
    assert browser.post("/account/review", data={}).status_code == 403
    assert review_of(program, recording) == WAITING


def test_an_earlier_version_is_not_reviewed(browser: FlaskClient, recording: Recording) -> None:
    from dataclasses import replace

    recap = meetings.make_recap(recording)
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, title="Another")))
    assert "/review" not in browser.get(f"/recordings/{recording.id}?version=1").text
    assert "/review" in browser.get(f"/recordings/{recording.id}").text
