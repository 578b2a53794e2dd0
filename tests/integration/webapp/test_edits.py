"""Correcting a recap, by the API and by its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program, log_in

from core.database.tables import Recording, Status, User
from core.recordings import queries

ITEM = ["number", "kind", "section", "point", "segment", "written", "details", "by", "at", "undone_at"]


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Launch")


def edit(program: Program, recording: Recording, **body: Any) -> Any:
    return program.post(f"/recordings/{recording.id}/edits", json={"seen": 0, **body})


def summary(program: Program, recording: Recording) -> Any:
    return program.get(f"/recordings/{recording.id}/summary").json


def test_the_api_changes_a_point_and_says_so(program: Program, recording: Recording) -> None:
    before = summary(program, recording)
    answer = edit(program, recording, kind="change", point="decisions1", text="  We launch\nin June. ")
    assert answer.status_code == 201
    assert list(answer.json) == ITEM
    assert (answer.json["number"], answer.json["by"], answer.json["point"]) == (1, "alice@example.org", "decisions1")
    assert answer.json["written"]["text"] == before["decisions"][0]["text"]
    point = summary(program, recording)["decisions"][0]
    assert point == {**before["decisions"][0], "text": "We launch in June.", "proof": None, "edited_by": "hand"}
    exported = program.get(f"/recordings/{recording.id}/exports/md").text
    assert "We launch in June." in exported
    assert "(edited by hand)" in exported
    assert program.get(f"/recordings/{recording.id}/exports/json").json["summary"]["decisions"][0] == point


def test_the_owner_of_a_task_is_a_speaker_by_name_or_anybody(program: Program, recording: Recording) -> None:
    edit(program, recording, kind="change", point="action_items1", owner="ben", due="on Monday")
    program.put(f"/recordings/{recording.id}/speakers", json={"s2": "Benjamin"})
    item = summary(program, recording)["action_items"][0]
    assert (item["owner"], item["due"], item["owner_by"], item["due_day"]) == ("Benjamin", "on Monday", None, None)
    edit(program, recording, kind="change", seen=1, point="action_items1", owner="The board")
    assert summary(program, recording)["action_items"][0]["owner"] == "The board"


def test_points_are_added_moved_approved_and_removed(program: Program, recording: Recording) -> None:
    added = edit(program, recording, kind="add", section="questions", text="Who pays?", start=12.5).json
    assert (added["point"], added["written"], added["details"]["start"]) == ("h1", None, 12.5)
    last = summary(program, recording)["questions"][-1]
    assert (last["text"], last["start"], last["edited_by"]) == ("Who pays?", 12.5, "hand")
    assert len(last["segments"]) == 1
    edit(program, recording, kind="move", point="h1", seen=1, to=0)
    edit(program, recording, kind="approve", point="h1", seen=2, approved=True)
    first = summary(program, recording)["questions"][0]
    assert (first["id"], first["approved"]) == ("h1", True)
    edit(program, recording, kind="remove", point="h1", seen=3)
    assert "Who pays?" not in str(summary(program, recording))


def test_a_point_without_a_time_is_in_every_export_without_one(program: Program, recording: Recording) -> None:
    for section in ("overview", "topics", "decisions", "action_items", "questions", "quotes"):
        assert edit(program, recording, kind="add", section=section, text=f"Said for {section}.").status_code == 201
    text = program.get(f"/recordings/{recording.id}/exports/txt").text
    assert "\nSaid for decisions. (edited by hand)\n" in text
    for kind in ("docx", "md", "json", "csv", "zip"):
        assert program.get(f"/recordings/{recording.id}/exports/{kind}").status_code == 200


def test_edits_are_listed_undone_and_done_again(program: Program, recording: Recording) -> None:
    before = summary(program, recording)
    address = f"/recordings/{recording.id}/edits"
    assert program.get(address).json == {"items": [], "last": 0, "undo": None, "redo": None}
    edit(program, recording, kind="change", point="decisions1", text="One.")
    edit(program, recording, kind="remove", point="decisions2", seen=1)
    assert program.post(f"{address}/undo").json["number"] == 2
    history = program.get(address).json
    assert [(each["number"], each["kind"]) for each in history["items"]] == [(3, "undo"), (2, "remove"), (1, "change")]
    assert (history["last"], history["undo"], history["redo"]) == (3, 1, 2)
    assert [each["undone_at"] is not None for each in history["items"]] == [False, True, False]
    assert program.post(f"{address}/undo", json={"edit": 1, "seen": 3}).json["number"] == 1
    assert summary(program, recording) == before
    assert program.post(f"{address}/redo").json["number"] == 1
    assert program.post(f"{address}/redo").json["number"] == 2
    assert program.post(f"{address}/redo").status_code == 409
    assert len(summary(program, recording)["decisions"]) == len(before["decisions"]) - 1


def test_everything_goes_back_to_what_was_written(program: Program, recording: Recording) -> None:
    before = summary(program, recording)
    edit(program, recording, kind="change", point="decisions1", text="One.")
    edit(program, recording, kind="add", section="topics", title="Money", text="Two.")
    assert edit(program, recording, kind="restore", seen=1).status_code == 409, "somebody added a point meanwhile"
    assert edit(program, recording, kind="restore", seen=2).status_code == 201
    assert summary(program, recording) == before
    program.post(f"/recordings/{recording.id}/edits/undo")
    assert summary(program, recording)["topics"][-1]["title"] == "Money"


def test_an_edit_of_what_changed_meanwhile_is_refused(program: Program, recording: Recording) -> None:
    edit(program, recording, kind="change", point="decisions1", text="From one tab.")
    late = edit(program, recording, kind="change", point="decisions1", text="From another.")
    assert (late.status_code, late.json["error"]["code"]) == (409, "conflict")
    assert "meanwhile" in late.json["error"]["message"]
    assert edit(program, recording, kind="change", point="decisions2", text="Elsewhere.").status_code == 201
    assert summary(program, recording)["decisions"][0]["text"] == "From one tab."
    program.post(f"/recordings/{recording.id}/edits/undo", json={"edit": 1})
    assert edit(program, recording, kind="approve", point="decisions1", seen=2, approved=True).status_code == 409


def test_several_quick_edits_ask_for_one_pdf(program: Program, recording: Recording) -> None:
    attempts = queries.get(recording.id).job.attempt
    for number in range(3):
        edit(program, recording, kind="change", point="decisions1", seen=number, text=f"Number {number}.")
    job = queries.get(recording.id).job
    assert (job.status, job.step, job.queue, job.attempt) == (Status.QUEUED, "render", "cpu", attempts + 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "shout"}, "kind"),
        ({"kind": "change", "point": "decisions1"}, "text"),
        ({"kind": "change", "point": "decisions1", "text": " "}, "text"),
        ({"kind": "change", "point": "decisions1", "text": "x" * 4001}, "text"),
        ({"kind": "change", "point": "decisions1", "text": 5}, "text"),
        ({"kind": "change", "point": "decisions1", "owner": "Anna"}, "owner"),
        ({"kind": "change", "point": "action_items1", "title": "No"}, "title"),
        ({"kind": "change", "text": "No point."}, "point"),
        ({"kind": "add", "text": "Where?"}, "section"),
        ({"kind": "add", "text": "Where?", "section": "jokes"}, "section"),
        ({"kind": "add", "text": "When?", "section": "quotes", "start": -1}, "start"),
        ({"kind": "add", "text": "When?", "section": "quotes", "start": 99999}, "start"),
        ({"kind": "move", "point": "decisions1", "to": "up"}, "to"),
        ({"kind": "move", "point": "decisions1", "to": True}, "to"),
        ({"kind": "approve", "point": "decisions1", "approved": "maybe"}, "approved"),
        ({"kind": "remove", "point": "decisions1", "seen": 1.5}, "seen"),
        ({"kind": "remove", "point": "decisions1", "seen": None}, "seen"),
        ({"kind": "remove", "point": "decisions1", "who": "me"}, "who"),
    ],
)
def test_an_edit_that_is_none_is_refused(body: Any, field: str, program: Program, recording: Recording) -> None:
    answer = edit(program, recording, **body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request"), answer.json
    assert program.get(f"/recordings/{recording.id}/edits").json["last"] == 0


def test_a_point_that_is_not_there_is_not_edited(program: Program, recording: Recording) -> None:
    for kind, more in (("change", {"text": "x"}), ("remove", {}), ("approve", {"approved": True}), ("move", {"to": 1})):
        assert edit(program, recording, kind=kind, point="nobody", **more).status_code == 404
    assert program.post(f"/recordings/{recording.id}/edits/undo", json={"edit": 7}).status_code == 409


def test_a_stranger_edits_nothing(stranger: Program, program: Program, recording: Recording) -> None:
    address = f"/recordings/{recording.id}/edits"
    assert stranger.get(address).status_code == 404
    assert edit(stranger, recording, kind="remove", point="decisions1").status_code == 404
    for step in ("undo", "redo"):
        assert stranger.post(f"{address}/{step}").status_code == 404
    assert program.get(address).json["last"] == 0


def test_a_recording_without_a_recap_cannot_be_edited(program: Program, alice: User) -> None:
    waiting = meetings.upload(alice, "Waiting")
    assert edit(program, waiting, kind="add", section="quotes", text="Too early.").status_code == 409


def test_the_page_edits_a_point_and_undoes_it(browser: FlaskClient, recording: Recording) -> None:
    page = f"/recordings/{recording.id}"
    assert f'href="{page}/points/decisions1/edit"' in browser.get(page).text
    form = browser.get(f"{page}/points/decisions1/edit").text
    assert 'name="seen" value="0"' in form
    answer = browser.post(
        f"{page}/points/decisions1/edit", data={"kind": "change", "seen": 0, "text": "<b>By hand</b>"}
    )
    assert (answer.status_code, answer.location) == (303, f"{page}#point-decisions1")
    shown = browser.get(page).text
    assert "&lt;b&gt;By hand&lt;/b&gt;" in shown
    assert "<b>By hand" not in shown
    assert "Edited by hand" in shown
    assert "Changed a decision" in shown
    assert "alice@example.org" in shown
    assert browser.post(f"{page}/edits/undo", data={"edit": 1}).location == f"{page}#changes"
    assert "Edited by hand" not in browser.get(page).text
    browser.post(f"{page}/edits/redo", data={"edit": 1})
    browser.post(f"{page}/edits", data={"seen": 3})
    assert "Back to what was written everything" not in browser.get(page).text
    assert "Everything back to what was written" in browser.get(page).text


def test_a_form_that_changes_nothing_makes_no_edit(
    browser: FlaskClient, program: Program, recording: Recording
) -> None:
    point = summary(program, recording)["action_items"][0]
    sent = {"kind": "change", "seen": 0, "text": point["text"], "owner": point["owner"], "due": point["due"] or ""}
    browser.post(f"/recordings/{recording.id}/points/action_items1/edit", data=sent)
    assert program.get(f"/recordings/{recording.id}/edits").json["last"] == 0


def test_the_page_adds_a_point_at_a_time(browser: FlaskClient, program: Program, recording: Recording) -> None:
    address = f"/recordings/{recording.id}/points/new"
    assert "Add: decision" in browser.get(f"{address}?section=decisions").text
    sent = {"kind": "add", "seen": 0, "section": "decisions", "text": "At a time.", "time": "half past"}
    refused = browser.post(address, data=sent)
    assert refused.status_code == 422
    assert "At a time." in refused.text, "what was typed stays"
    assert 'id="time-error"' in refused.text
    assert browser.post(address, data={**sent, "time": "1:05"}).status_code == 303
    assert summary(program, recording)["decisions"][-1]["start"] == 65.0
    assert browser.get(f"{address}?section=jokes").status_code == 422


def test_a_form_of_another_tab_is_shown_again_with_both_texts(
    browser: FlaskClient, program: Program, recording: Recording
) -> None:
    edit(program, recording, kind="change", point="decisions1", text="From one tab.")
    address = f"/recordings/{recording.id}/points/decisions1/edit"
    refused = browser.post(address, data={"kind": "change", "seen": 0, "text": "From another."})
    assert refused.status_code == 409
    assert 'Now it says: “<span dir="auto">From one tab.</span>”' in refused.text
    assert ">From another.</textarea>" in refused.text
    assert 'name="seen" value="1"' in refused.text
    assert browser.post(address, data={"kind": "change", "seen": 1, "text": "From another."}).status_code == 303


def test_the_pages_of_others_are_not_found(app: Flask, charlie: User, recording: Recording) -> None:
    other, page = log_in(app, charlie), f"/recordings/{recording.id}"
    for address in (f"{page}/points/decisions1/edit", f"{page}/points/new"):
        assert other.get(address).status_code == 404
        assert other.post(address, data={"kind": "remove", "seen": 0}).status_code == 404
    for address in (f"{page}/edits", f"{page}/edits/undo", f"{page}/edits/redo"):
        assert other.post(address, data={"seen": 0}).status_code == 404


def test_forms_without_a_token_are_refused(
    app: Flask, browser: FlaskClient, program: Program, recording: Recording
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = f"/recordings/{recording.id}"
    for address in ("points/decisions1/edit", "points/new", "edits", "edits/undo", "edits/redo"):
        assert browser.post(f"{page}/{address}", data={"kind": "remove", "seen": 0}).status_code == 403
    assert edit(program, recording, kind="remove", point="decisions1").status_code == 201, "a key needs no token"


def test_an_earlier_version_offers_no_editing(browser: FlaskClient, recording: Recording) -> None:
    recap = meetings.make_recap(recording)
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, title="Another")))
    assert "/points/" not in browser.get(f"/recordings/{recording.id}?version=1").text
    assert "/points/" in browser.get(f"/recordings/{recording.id}").text


def first_segments(program: Program, recording: Recording) -> Any:
    return program.get(f"/recordings/{recording.id}/transcript").json["segments"]


def test_the_api_corrects_the_transcript_and_undoes_it(program: Program, recording: Recording) -> None:
    before = first_segments(program, recording)
    answer = edit(program, recording, kind="correct", segment="g1", text="Hello everyone.")
    assert (answer.status_code, answer.json["segment"], answer.json["point"]) == (201, "g1", None)
    first = first_segments(program, recording)[0]
    assert (first["text"], first["edited_by"]) == ("Hello everyone.", "hand")
    assert "Hello everyone." in program.get(f"/recordings/{recording.id}/exports/srt").text
    assert edit(program, recording, kind="assign", segment="g1", speaker="s2").status_code == 409, "changed since"
    assert edit(program, recording, kind="assign", seen=1, segment="g1", speaker="s2").status_code == 201
    assert edit(program, recording, kind="split", seen=2, segment="g1", at=1).status_code == 201
    assert [one["id"] for one in first_segments(program, recording)[:2]] == ["g1.1", "g1.2"]
    assert edit(program, recording, kind="merge", seen=3, segment="g1.1").status_code == 201
    merged = first_segments(program, recording)[0]
    assert (merged["origins"], merged["text"], merged["speaker"]) == (["g1.1", "g1.2"], "Hello everyone.", "s2")
    for _ in range(4):
        program.post(f"/recordings/{recording.id}/edits/undo")
    assert first_segments(program, recording) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "correct", "segment": "g1"}, 422),
        ({"kind": "correct", "segment": "g1", "text": ""}, 422),
        ({"kind": "assign", "segment": "g1", "speaker": "nobody"}, 422),
        ({"kind": "split", "segment": "g1", "at": 0}, 422),
        ({"kind": "split", "segment": "g1", "at": 999}, 422),
        ({"kind": "merge", "segment": "g999"}, 404),
    ],
)
def test_a_correction_that_is_none_is_refused(body: Any, status: int, program: Program, recording: Recording) -> None:
    assert edit(program, recording, **body).status_code == status
    assert program.get(f"/recordings/{recording.id}/edits").json["last"] == 0


def test_the_page_corrects_a_segment(browser: FlaskClient, program: Program, recording: Recording) -> None:
    page = f"/recordings/{recording.id}"
    address = f"{page}/segments/g1/edit"
    assert f'href="{address}"' in browser.get(page).text
    assert "Merge with the next" in browser.get(address).text
    sent = {"kind": "correct", "seen": 0, "segment": "g1", "text": "<i>Hello</i>"}
    assert browser.post(address, data=sent).status_code == 303
    shown = browser.get(page).text
    assert "&lt;i&gt;Hello&lt;/i&gt;" in shown
    assert "Corrected the text of the segment at 0:0" in shown
    late = browser.post(address, data={**sent, "text": "From another tab"})
    assert late.status_code == 409
    assert ">From another tab</textarea>" in late.text
    browser.post(address, data={"kind": "restore", "seen": 1, "segment": "g1"})
    assert "edited_by" not in first_segments(program, recording)[0]


def test_the_transcript_of_others_is_not_found(app: Flask, charlie: User, recording: Recording) -> None:
    address = f"/recordings/{recording.id}/segments/g1/edit"
    other = log_in(app, charlie)
    assert other.get(address).status_code == 404
    assert other.post(address, data={"kind": "merge", "seen": 0, "segment": "g1"}).status_code == 404
