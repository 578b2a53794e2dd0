"""Finding and replacing words, by the API and by the page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program, log_in

from core.accounts import users
from core.database.tables import Recording, Status, User
from core.recordings import edits as stored
from core.recordings import queries


@pytest.fixture
def recording(alice: User) -> Recording:
    """A finished meeting in which two decisions and two segments speak of “graph anna”."""
    made = meetings.finished(alice, "Launch")
    for number in (1, 2):
        add_edit(made, alice, f"decisions{number}", f"We use graph anna {number}.")
        add_edit(made, alice, f"g{number}", f"Well, graph anna {number} then.")
    return made


def add_edit(recording: Recording, author: User, about: str, text: str) -> None:
    from webapp.recordings.edit_input import EditInput
    from webapp.recordings.edits import edit_recap

    what = {"kind": "correct", "segment": about} if about[0] == "g" else {"kind": "change", "point": about}
    edit_recap(recording, author, EditInput(**what, text=text, seen=4))  # type: ignore[arg-type]


def replace_words(program: Program, recording: Recording, address: str = "", **body: Any) -> Any:
    sent = {"find": "graph anna", "replace": "Grafana", "seen": 4, **body}
    return program.post(f"/recordings/{recording.id}/replacements{address}", json=sent)


def shown(program: Program, recording: Recording) -> tuple[list[str], list[str]]:
    """The first texts of the transcript and of the decisions."""
    segments = program.get(f"/recordings/{recording.id}/transcript").json["segments"]
    points = program.get(f"/recordings/{recording.id}/summary").json["decisions"]
    return [one["text"] for one in segments[:2]], [one["text"] for one in points[:2]]


BEFORE = (["Well, graph anna 1 then.", "Well, graph anna 2 then."], ["We use graph anna 1.", "We use graph anna 2."])
AFTER = (["Well, Grafana 1 then.", "Well, Grafana 2 then."], ["We use Grafana 1.", "We use Grafana 2."])


def test_the_api_shows_what_would_change_and_changes_nothing(program: Program, recording: Recording) -> None:
    found = replace_words(program, recording, "/preview").json
    assert (found["count"], found["transcript"], found["recap"], found["last"]) == (4, 2, 2, 4)
    first = found["places"][0]
    assert {**first, "start": 0} == {
        "segment": "g1", "point": None, "start": 0, "before": "Well, ", "found": "graph anna", "written": "Grafana",
        "after": " 1 then.",
    }  # fmt: skip
    assert found["places"][2]["point"] == "decisions1"
    assert shown(program, recording) == BEFORE
    assert program.get(f"/recordings/{recording.id}/edits").json["last"] == 4


def test_one_undo_takes_all_places_back(program: Program, recording: Recording) -> None:
    answer = replace_words(program, recording)
    assert (answer.status_code, answer.json["kind"], answer.json["by"]) == (201, "replace", "alice@example.org")
    assert answer.json["details"] == {
        "find": "graph anna", "write": "Grafana", "where": "both", "whole_words": True, "places": 4,
    }  # fmt: skip
    assert shown(program, recording) == AFTER
    assert "Grafana 1" in program.get(f"/recordings/{recording.id}/exports/srt").text
    assert program.post(f"/recordings/{recording.id}/edits/undo").json["number"] == 5
    assert shown(program, recording) == BEFORE
    program.post(f"/recordings/{recording.id}/edits/redo")
    assert shown(program, recording) == AFTER
    job = queries.get(recording.id).job
    assert (job.status, job.step) == (Status.QUEUED, "render"), "the PDF is made again"


def test_words_are_replaced_only_where_asked(program: Program, recording: Recording) -> None:
    replace_words(program, recording, where="recap")
    assert shown(program, recording) == (BEFORE[0], AFTER[1])
    replace_words(program, recording, where="transcript", seen=5)
    assert shown(program, recording) == AFTER


def test_nothing_is_replaced_that_was_changed_since(program: Program, recording: Recording) -> None:
    assert replace_words(program, recording, seen=3).status_code == 409
    assert shown(program, recording) == BEFORE
    replace_words(program, recording)
    late = {"kind": "change", "point": "decisions1", "seen": 4, "text": "From an older page."}
    assert program.post(f"/recordings/{recording.id}/edits", json=late).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"find": ""}, "find"),
        ({"find": " \u200b "}, "find"),
        ({"replace": ""}, "replace"),
        ({"find": "x" * 101}, "find"),
        ({"replace": "😀" * 101}, "replace"),
        ({"replace": "graph anna"}, "replace"),
        ({"find": 5}, "find"),
        ({"find": None}, "find"),
        ({"where": "title"}, "where"),
        ({"inside_words": "maybe"}, "inside_words"),
        ({"seen": -1}, "seen"),
        ({"regex": True}, "regex"),
        ({"always": True, "find": "x" * 61}, "always"),
        ({"always": True, "find": "😀"}, "always"),
        ({"always": True, "find": "a -> b"}, "always"),
    ],
)
def test_what_cannot_be_replaced_is_refused(body: Any, field: str, program: Program, recording: Recording) -> None:
    for address in ("", "/preview"):
        answer = replace_words(program, recording, address, **body)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request"), answer.json
    assert program.get(f"/recordings/{recording.id}/edits").json["last"] == 4


@pytest.mark.parametrize("find", [".*", "\\", "(", "[a-z]+", "أحمد", "👩‍👩‍👧", "%", "'; --", "<b>"])
def test_words_that_are_nowhere_are_not_found(find: str, program: Program, recording: Recording) -> None:
    assert replace_words(program, recording, "/preview", find=find).json["count"] == 0
    assert replace_words(program, recording, find=find).status_code == 404
    assert program.get(f"/recordings/{recording.id}/edits").json["last"] == 4


def test_always_adds_to_the_names_and_terms_of_the_account(program: Program, alice: User, recording: Recording) -> None:
    users.set_vocabulary(alice.id, "Kubernetes\nGraph Anna -> Graphite")
    assert replace_words(program, recording, "/preview", always=True).status_code == 200
    assert users.require_user(alice.email).vocabulary == "Kubernetes\nGraph Anna -> Graphite", "not before it is done"
    assert replace_words(program, recording, always=True, seen=3).status_code == 409
    assert users.require_user(alice.email).vocabulary == "Kubernetes\nGraph Anna -> Graphite", "nor if it is not done"
    assert replace_words(program, recording, always=True).status_code == 201
    assert users.require_user(alice.email).vocabulary == "Kubernetes\ngraph anna -> Grafana"


def test_there_is_an_end_to_replacing(program: Program, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MAX_REPLACEMENTS", 1)
    assert replace_words(program, recording).status_code == 201
    assert replace_words(program, recording, find="Grafana", replace="Graphite", seen=5).status_code == 409
    program.post(f"/recordings/{recording.id}/edits/undo")
    assert replace_words(program, recording, seen=6).status_code == 201


def test_names_of_speakers_are_shown_but_not_replaced(program: Program, recording: Recording) -> None:
    names = [one["name"] for one in program.get(f"/recordings/{recording.id}/transcript").json["speakers"]]
    for name in names:
        replace_words(program, recording, find=name, replace="Somebody", seen=5)
    assert [one["name"] for one in program.get(f"/recordings/{recording.id}/transcript").json["speakers"]] == names


def test_the_page_shows_the_places_then_replaces_them(
    browser: FlaskClient, program: Program, recording: Recording
) -> None:
    page = f"/recordings/{recording.id}"
    assert f'action="{page}/replace"' in browser.get(page).text
    sent = {"find": "graph anna", "replace": "<b>Grafana</b>", "where": "both", "seen": 0}
    seen = browser.post(f"{page}/replace", data=sent)
    assert seen.status_code == 200
    assert "4 places" in seen.text
    assert "<del>graph anna</del> <ins>&lt;b&gt;Grafana&lt;/b&gt;</ins>" in seen.text
    assert 'name="seen" value="4"' in seen.text, "what was shown is known"
    assert shown(program, recording) == BEFORE
    done = browser.post(f"{page}/replace", data={**sent, "seen": 4, "step": "apply"})
    assert (done.status_code, done.location) == (303, f"{page}#changes")
    text = browser.get(page).text
    assert "Replaced words in the transcript and the recap (4 places)" in text
    assert "“graph anna” by “&lt;b&gt;Grafana&lt;/b&gt;”" in text
    assert "<b>Grafana" not in text


def test_the_page_keeps_what_was_typed_where_it_cannot_replace(browser: FlaskClient, recording: Recording) -> None:
    page = f"/recordings/{recording.id}/replace"
    same = browser.post(page, data={"find": "x", "replace": "x", "seen": 4})
    assert same.status_code == 422
    assert 'id="replace-error"' in same.text
    late = browser.post(page, data={"find": "graph anna", "replace": "Grafana", "seen": 1, "step": "apply"})
    assert late.status_code == 409
    assert 'value="graph anna"' in late.text
    nothing = browser.post(page, data={"find": "nowhere", "replace": "x", "seen": 4})
    assert "Nothing found" in nothing.text
    assert browser.get(page).status_code == 200


def test_nobody_else_finds_or_replaces(
    app: Flask, browser: FlaskClient, stranger: Program, charlie: User, program: Program, recording: Recording
) -> None:
    for address in ("", "/preview"):
        assert replace_words(stranger, recording, address).status_code == 404
    other, page = log_in(app, charlie), f"/recordings/{recording.id}/replace"
    assert other.get(page).status_code == 404
    assert other.post(page, data={"find": "graph anna", "replace": "x", "seen": 4}).status_code == 404
    app.config["WTF_CSRF_ENABLED"] = True
    assert browser.post(page, data={"find": "graph anna", "replace": "x", "seen": 4}).status_code == 403
    assert shown(program, recording) == BEFORE


def test_a_recording_without_a_recap_has_nothing_to_replace(program: Program, alice: User) -> None:
    waiting = meetings.upload(alice, "Waiting")
    for address in ("", "/preview"):
        assert replace_words(program, waiting, address).status_code == 409
