"""The minutes of a recording: filled in on their page and by the API, and downloaded."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.pdf_structure import read_structure
from support.visitors import Program, log_in, token_of

from core.clock import utc_now
from core.database.tables import Recording, User
from core.letterhead import keep_letterhead
from core.recordings import minutes as stored
from pipeline.minutes.filled import FilledMinutes
from pipeline.minutes.minutes import make_minutes
from pipeline.render.letterhead import Letterhead

FORM = {
    "seen": "0",
    "version": "1",
    "date": "1 May 2026",
    "place": "Town hall",
    "attendance": "Anna\n\n Ben ",
    "apologies": "Carol",
    "next_meeting": "2 June",
    "chair": "Anna",
    "secretary": "Ben",
    "mover:decisions1": "Anna",
    "seconder:decisions1": " Ben\t",
    "vote:decisions1": "7 for, 2 against",
    "result:decisions1": "Carried",
}


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Council")


@pytest.fixture
def address(recording: Recording) -> str:
    return f"/recordings/{recording.id}/minutes"


def shown(program: Program, address: str) -> Any:
    return program.get(address).json


def test_the_page_begins_with_what_is_known(browser: FlaskClient, address: str, recording: Recording) -> None:
    page = browser.get(address).text
    assert f'href="{address}"' in browser.get(f"/recordings/{recording.id}").text
    assert ">Anna\nBen\nCarol</textarea>" in page
    assert meetings.make_recap(recording).summary.decisions[0].text in page
    assert stored.get_minutes(recording.id) == (FilledMinutes(), 0)


def test_what_is_filled_in_stays_and_is_in_both_documents(
    browser: FlaskClient, program: Program, address: str, recording: Recording
) -> None:
    answer = browser.post(address, data=FORM)
    assert (answer.status_code, answer.location) == (303, f"{address}?saved=1")
    page = browser.get(answer.location).text
    assert "The minutes have been saved." in page
    assert 'value="7 for, 2 against"' in page
    found = shown(program, address)
    assert (found["seen"], found["attendance"], found["motions"][0]["seconder"]) == (1, "Anna\nBen", "Ben")

    exports = f"/recordings/{recording.id}/exports/minutes"
    pdf = program.get(f"{exports}.pdf")
    assert (pdf.mimetype, "Council.minutes.pdf" in pdf.headers["Content-Disposition"]) == ("application/pdf", True)
    with pikepdf.open(BytesIO(pdf.data)) as file:
        text = read_structure(file).text
    word = docx.Document(BytesIO(browser.get(f"{exports}.docx").data))
    cells = " ".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    written = " ".join(each.text for each in word.paragraphs) + cells
    for said in ("Town hall", "1 May 2026", "Carol", "2 June", "7 for, 2 against", "Carried"):
        assert said in text
        assert said in written


def test_what_is_as_by_default_follows_the_recap(program: Program, address: str, recording: Recording) -> None:
    before = shown(program, address)
    texts = {name: before[name] for name in ("date", "attendance")}
    assert program.put(address, json={"seen": 0, **texts, "place": "Hall"}).status_code == 200
    program.put(f"/recordings/{recording.id}/speakers", json={"s2": "Benjamin"})
    assert shown(program, address)["attendance"] == before["attendance"].replace("Ben", "Benjamin")
    program.put(address, json={"seen": 1, "attendance": ""})
    after = shown(program, address)
    assert (after["attendance"], after["place"], after["date"]) == ("", "", before["date"])


def test_the_details_of_the_meeting_stand_where_nobody_said_otherwise(
    program: Program, address: str, recording: Recording
) -> None:
    attendees = [{"name": "Zoë"}, {"name": "Ben"}, {"name": "Olaf", "absent": True}]
    details = {"date": "2026-05-01", "place": "Town hall", "attendees": attendees}
    assert program.patch(f"/recordings/{recording.id}", json=details).status_code == 200
    found = shown(program, address)
    assert (found["place"], found["date"]) == ("Town hall", "1 May 2026")
    assert (found["attendance"], found["apologies"]) == ("Zoë\nBen", "Olaf")


def test_motions_stay_with_their_decision_in_another_summary(program: Program, address: str, alice: User) -> None:
    recording = meetings.finished(alice, "Council")
    recap = meetings.make_recap(recording)
    first, second, *others = recap.summary.decisions
    own = f"/recordings/{recording.id}/minutes"
    motions = [{"point": first.id, "result": "Lost"}, {"point": second.id, "result": "Carried"}]
    assert program.put(own, json={"seen": 0, "motions": motions}).status_code == 200

    renamed = replace(second, id="decisions1", text="Said otherwise.")
    newer = replace(recap, summary=replace(recap.summary, decisions=(renamed, *others)))
    meetings.finish(recording, newer)
    assert [each["result"] for each in shown(program, own)["motions"]][:2] == ["Carried", ""]
    program.put(own, json={"seen": 1, "motions": [{"point": "decisions1", "result": "Carried again"}]})
    meetings.finish(recording, recap)  # what the summary lacked meanwhile was not lost
    assert [each["result"] for each in shown(program, own)["motions"]][:2] == ["Lost", "Carried again"]


def test_two_tabs_do_not_undo_each_other(browser: FlaskClient, program: Program, address: str) -> None:
    assert program.put(address, json={"seen": 0, "place": "Theirs"}).status_code == 200
    answer = browser.post(address, data=FORM)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert 'value="Town hall"' in answer.text
    assert shown(program, address)["place"] == "Theirs"
    seen = program.put(address, json={"seen": 0}).json["error"]
    assert (seen["code"], shown(program, address)["seen"]) == ("conflict", 1)
    assert browser.post(address, data={**FORM, "seen": "1"}).status_code == 303


def test_a_form_of_another_recap_fills_in_no_decision(browser: FlaskClient, program: Program, address: str) -> None:
    for change in ({"version": "7"}, {"mover:decisions99": "Anna"}):
        answer = browser.post(address, data={**FORM, **change})
        assert answer.status_code == 409
        assert 'value="Town hall"' in answer.text
        assert 'value="7 for, 2 against"' not in answer.text
    assert shown(program, address)["seen"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"place": "x" * 201}, "The place has 201 characters."),
        ({"attendance": "x\n" * 4101 + "y"}, "The attendance has 8,203 characters."),
        ({"vote:decisions1": "x" * 121}, "The vote has 121 characters"),
        ({"seen": "x"}, "not a whole number"),
        ({"winner": "x"}, "There is no field"),
        ({"winner:decisions1": "x"}, "There is no field"),
    ],
)
def test_what_does_not_fit_is_refused(browser: FlaskClient, address: str, change: dict[str, str], words: str) -> None:
    answer = browser.post(address, data={**FORM, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert "&lt;b&gt;" in browser.post(address, data={**FORM, "seen": "x", "place": "<b>"}).text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"seen": 0, "motions": "x"},
        {"seen": 0, "motions": [{"point": "decisions1", "winner": "x"}]},
        {"seen": 0, "motions": [{"point": "decisions1"}, {"point": "decisions1"}]},
        {"seen": -1},
        {"seen": True},
        {"seen": 0, "place": 5},
        [],
    ],
)
def test_a_body_that_does_not_fit_is_refused(program: Program, address: str, body: object) -> None:
    assert program.put(address, json=body).status_code == 422


def test_nobody_else_sees_or_changes_them(app: Flask, stranger: Program, charlie: User, address: str) -> None:
    client = log_in(app, charlie)
    assert client.get(address).status_code == 404
    assert client.post(address, data=FORM).status_code == 404
    assert stranger.get(address).status_code == 404
    assert stranger.put(address, json={"seen": 0}).status_code == 404
    for kind in ("pdf", "docx"):
        assert stranger.get(address.replace("/minutes", f"/exports/minutes.{kind}")).status_code == 404


def test_before_there_is_a_recap_there_are_no_minutes(browser: FlaskClient, program: Program, alice: User) -> None:
    waiting = meetings.upload(alice, "Talk")
    assert browser.get(f"/recordings/{waiting.id}/minutes").status_code == 409
    for kind in ("pdf", "docx"):
        assert program.get(f"/recordings/{waiting.id}/exports/minutes.{kind}").status_code == 409
    assert "/minutes" not in browser.get(f"/recordings/{waiting.id}").text


def test_the_form_needs_its_token(app: Flask, alice: User, address: str) -> None:
    client = log_in(app, alice)
    app.config.update(WTF_CSRF_ENABLED=True)
    token = token_of(client.get(address).text)
    assert client.post(address, data=FORM).status_code == 403
    assert client.post(address, data={**FORM, "csrf_token": token}).status_code == 303


def test_the_archive_has_the_minutes_once_somebody_filled_them_in(
    browser: FlaskClient, address: str, recording: Recording
) -> None:
    def names() -> set[str]:
        archive = browser.get(f"/recordings/{recording.id}/exports/zip").data
        with ZipFile(BytesIO(archive)) as opened:
            return set(opened.namelist())

    assert not {name for name in names() if "minutes" in name}
    browser.post(address, data=FORM)
    assert names() >= {"Council.minutes.pdf", "Council.minutes.docx", "Council.docx"}


def test_the_page_tells_who_saved_the_minutes_last(browser: FlaskClient, address: str, alice: User) -> None:
    assert "Last saved" not in browser.get(address).text
    browser.post(address, data=FORM)
    assert f"Last saved by {alice.email} on " in browser.get(address).text


def test_the_agenda_says_what_each_item_led_to(recording: Recording) -> None:
    recap = meetings.make_recap(recording)
    minutes = make_minutes(recap, FilledMinutes())
    outcomes = " ".join(item.outcome for item in minutes.agenda)
    numbers = [int(number) for number in re.findall(r"(?<=[ ,])\d+", " " + outcomes)]
    assert sorted(numbers) == list(range(1, len(recap.summary.decisions) + 1)), "each decision at one item"
    assert "Action items: " in outcomes
    topics = sorted(recap.summary.topics, key=lambda topic: topic.start)
    for topic, item, following in zip(recap.summary.topics, minutes.agenda, [*topics[1:], None], strict=True):
        for number in re.findall(r"\d+", item.outcome.split("Action")[0]):
            decision = recap.summary.decisions[int(number) - 1]
            assert topic.start <= decision.start
            assert following is None or decision.start < following.start


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_minutes_are_on_the_paper_of_the_letterhead(
    browser: FlaskClient, address: str, admin: User, paper: str, size: tuple[int, int]
) -> None:
    keep_letterhead(Letterhead(paper=paper), admin.id, utc_now())
    exports = address.replace("/minutes", "/exports")
    with pikepdf.open(BytesIO(browser.get(f"{exports}/minutes.pdf").data)) as pdf:
        box = pdf.pages[0].mediabox
        assert (round(box[2]), round(box[3])) == size
    page = docx.Document(BytesIO(browser.get(f"{exports}/minutes.docx").data)).sections[0]
    assert (round(page.page_width.pt), round(page.page_height.pt)) == size
