"""The library: searched, filtered, sorted and tagged, on its page and by the API."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program, log_in

from core.accounts import users
from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.recordings import indexing, library, queries, reviews, tags
from core.recordings.minutes import save_minutes
from core.retention import account_deletion, deletion
from core.search.words import MAX_QUERY
from pipeline.minutes.filled import FilledMinutes

SORTS = ["newest", "oldest", "longest", "title"]


@pytest.fixture
def meeting(alice: User) -> Recording:
    """A finished recording that the search knows."""
    recording = meetings.finished(alice, "Launch planning")
    indexing.index_recording(recording.id)
    return recording


def titles(program: Program, query: str = "") -> list[str]:
    answer = program.get(f"/recordings?{query}")
    assert answer.status_code == 200, answer.json
    return [each["title"] for each in answer.json["items"]]


def test_a_search_shows_what_was_said_and_leads_to_its_second(browser: FlaskClient, meeting: Recording) -> None:
    said = meetings.make_recap(meeting).transcript.segments[2]
    word = max(said.text.strip(".?!").split(), key=len)
    page = browser.get(f"/?q={quote(word.upper())}").text
    assert "Launch planning" in page
    assert f'<mark class="hit">{word}</mark>' in page
    assert f"/recordings/{meeting.id}?t={said.start}" in page
    assert "Nothing found" in browser.get("/?q=zebra").text


def test_what_was_typed_and_said_is_no_html(browser: FlaskClient, alice: User) -> None:
    meetings.upload(alice, "<script>alert(1)</script> party")
    page = browser.get(f"/?q={quote('<script>alert party')}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_nobody_sees_the_recordings_of_others(app: Flask, meeting: Recording, charlie: User) -> None:
    tags.set_tags(meeting.id, ["secret"])
    meetings.upload(charlie, "Own")
    stranger = log_in(app, charlie)
    for query in ("q=launch", "tag=secret", "status=done"):
        page = stranger.get(f"/?{query}").text
        assert "Launch planning" not in page
        assert meeting.id not in page
    assert "secret" not in stranger.get("/").text


def test_states_are_told_apart_and_counted(browser: FlaskClient, program: Program, alice: User) -> None:
    meetings.upload(alice, "Waits")
    meetings.change(meetings.upload(alice, "Runs"), job={"status": Status.RUNNING})
    meetings.finished(alice, "Done")
    meetings.change(meetings.upload(alice, "Failed"), job={"status": Status.FAILED})
    assert set(titles(program, "status=at_work")) == {"Waits", "Runs"}
    assert titles(program, "status=queued") == ["Waits"]
    assert titles(program, "status=done") == ["Done"]
    assert titles(program, "status=failed") == ["Failed"]
    assert titles(program, "status=review") == []
    page = browser.get("/?status=at_work").text
    assert 'All <span class="count">4</span>' in page
    assert 'At work <span class="count">2</span>' in page
    assert "To review" not in page


def test_what_waits_for_a_review_is_shown(program: Program, browser: FlaskClient, alice: User) -> None:
    meetings.finished(alice, "Before")
    reviews.require_reviews(alice.id, utc_now())
    meetings.finished(alice, "After")
    assert titles(program, "status=review") == ["After"]
    assert 'To review <span class="count">1</span>' in browser.get("/").text


def test_days_are_those_of_the_pages(program: Program, alice: User, change_settings: object) -> None:
    change_settings(TIMEZONE="Pacific/Auckland")  # type: ignore[operator]
    for hour in (11, 13):  # midnight there is noon here
        meetings.upload(alice, f"At {hour}", at=datetime(2026, 7, 1, hour, tzinfo=UTC))
    assert titles(program, "from=2026-07-02") == ["At 13"]
    assert titles(program, "to=2026-07-01") == ["At 11"]
    assert titles(program, "from=2026-07-01&to=2026-07-02") == ["At 13", "At 11"]


def test_a_language_is_that_which_was_heard(program: Program, alice: User) -> None:
    meetings.change(meetings.upload(alice, "Heard"), detected_language="nl")
    meetings.upload(alice, "Told", language="nl")
    meetings.upload(alice, "Other", language="en")
    assert set(titles(program, "language=nl")) == {"Heard", "Told"}


@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_each_order_go_on_where_the_last_ended(sort: str, program: Program, alice: User) -> None:
    now = utc_now()
    for n in range(9):
        made = meetings.upload(alice, ["b", "A", "a", "Ä", "b"][n % 5], at=now + timedelta(minutes=n // 3))
        meetings.change(made, duration_seconds=[None, 60.0, 0.5][n % 3])
    whole = [each["id"] for each in program.get(f"/recordings?sort={sort}").json["items"]]
    assert len(set(whole)) == 9
    seen, cursor = [], ""
    while cursor is not None:
        answer = program.get(f"/recordings?sort={sort}&limit=2&cursor={cursor}").json
        seen += [each["id"] for each in answer["items"]]
        cursor = answer["next_cursor"]
    assert seen == whole


def test_orders_are_what_they_say(program: Program, alice: User) -> None:
    now = utc_now()
    for n, (title, seconds) in enumerate([("beta", 5.0), ("Alpha", None), ("gamma", 90.0)]):
        meetings.change(meetings.upload(alice, title, at=now + timedelta(minutes=n)), duration_seconds=seconds)
    assert titles(program, "sort=newest") == ["gamma", "Alpha", "beta"]
    assert titles(program, "sort=oldest") == ["beta", "Alpha", "gamma"]
    assert titles(program, "sort=longest") == ["gamma", "beta", "Alpha"]
    assert titles(program, "sort=title") == ["Alpha", "beta", "gamma"]


def test_a_cursor_belongs_to_its_order_and_tells_no_title(program: Program, alice: User) -> None:
    for title in ("one", "two"):
        meetings.upload(alice, title)
    cursor = program.get("/recordings?limit=1&sort=title").json["next_cursor"]
    assert program.get(f"/recordings?sort=oldest&cursor={cursor}").status_code == 422
    last = library.find_page(alice.id, library.View(), 2)[1]
    assert last.title == "one"
    deletion.remove_recording(last.id)
    assert program.get(f"/recordings?sort=title&cursor={cursor}").status_code == 422


@pytest.mark.parametrize(
    "query",
    ["status=lost", "sort=best", "from=today", "to=2026-02-30", "from=0001-01-01", "to=9999-12-31", f"q={'x' * 201}"],
)
def test_what_an_address_cannot_ask_for_is_told(
    query: str, program: Program, browser: FlaskClient, alice: User
) -> None:
    assert len("x" * 201) == MAX_QUERY + 1
    answer = program.get(f"/recordings?{query}")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request")
    assert browser.get(f"/?{query}").status_code == 422


def test_the_page_goes_on_with_what_was_asked(browser: FlaskClient, alice: User) -> None:
    for n in range(31):
        meetings.upload(alice, f"Talk {n:02}")
    page = browser.get("/?q=talk&sort=title").text
    assert "Talk 29" in page
    assert "Talk 30" not in page
    older = page.split('href="/?')[-1].split('"')[0]
    following = browser.get("/?" + older.replace("&amp;", "&")).text
    assert "Talk 30" in following
    assert "Talk 29" not in following


def test_tags_are_shown_and_lead_to_what_has_them(
    browser: FlaskClient, program: Program, meeting: Recording, alice: User
) -> None:
    meetings.upload(alice, "Other")
    answer = browser.post(f"/recordings/{meeting.id}/details", data={"title": "Launch planning", "tags": "b,  A  x ,b"})
    assert answer.status_code == 303
    assert tags.tags_of([meeting.id]) == {meeting.id: ["A x", "b"]}
    assert 'value="A x, b"' in browser.get(f"/recordings/{meeting.id}/details").text
    assert 'href="/?tag=A+x"' in browser.get("/").text
    assert titles(program, "tag=b") == ["Launch planning"]
    assert program.get(f"/recordings/{meeting.id}").json["tags"] == ["A x", "b"]


@pytest.mark.parametrize("typed", ["x" * 41, ",".join(f"t{n}" for n in range(21))])
def test_tags_have_limits(typed: str, browser: FlaskClient, meeting: Recording) -> None:
    answer = browser.post(f"/recordings/{meeting.id}/details", data={"title": "New", "tags": typed})
    assert answer.status_code == 422
    assert 'id="tags-error"' in answer.text
    assert typed in answer.text
    assert queries.get(meeting.id).title == "Launch planning"  # type: ignore[union-attr]


def test_tags_alone_make_no_new_pdf(browser: FlaskClient, meeting: Recording) -> None:
    form = {"title": meeting.title, "tags": "budget"}
    browser.post(f"/recordings/{meeting.id}/details", data=form)
    assert queries.get(meeting.id).job.status == Status.DONE  # type: ignore[union-attr]
    browser.post(f"/recordings/{meeting.id}/details", data=form | {"place": "Hall"})
    assert queries.get(meeting.id).job.status == Status.QUEUED  # type: ignore[union-attr]


def test_a_program_sets_tags(program: Program, meeting: Recording) -> None:
    address = f"/recordings/{meeting.id}"
    assert program.patch(address, json={"tags": ["b", "a"]}).json["tags"] == ["a", "b"]
    assert program.patch(address, json={"title": "New"}).json["tags"] == ["a", "b"]
    assert program.patch(address, json={"tags": []}).json["tags"] == []
    for wrong in ("a", [1], [""], ["x" * 41], ["a,b"], None, [str(n) for n in range(21)]):
        answer = program.patch(address, json={"tags": wrong})
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request"), wrong


def choose(browser: FlaskClient, action: str, *chosen: Recording, **fields: str):  # type: ignore[no-untyped-def]
    return browser.post("/selected", data={"action": action, "id": [each.id for each in chosen], **fields})


def test_several_are_deleted_once_that_is_confirmed(browser: FlaskClient, alice: User) -> None:
    made = [meetings.finished(alice, f"Talk {n}") for n in range(3)]
    asked = choose(browser, "delete", *made[:2], back="q=talk&sort=title").text
    assert "Delete 2 recordings?" in asked
    assert "Talk 0" in asked
    assert "Talk 2" not in asked
    assert len(library.find_page(alice.id, library.View(), 9)) == 3
    answer = browser.post("/selected/delete", data={"id": [each.id for each in made[:2]], "back": "q=talk&sort=title"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?q=talk&sort=title")
    assert [each.title for each in library.find_page(alice.id, library.View(), 9)] == ["Talk 2"]


def test_only_own_recordings_are_selected(app: Flask, meeting: Recording, charlie: User) -> None:
    own, stranger = meetings.upload(charlie, "Own"), log_in(app, charlie)
    assert "Launch" not in choose(stranger, "delete", own, meeting).text
    assert choose(stranger, "add", meeting, tag="x").status_code == 422
    assert choose(stranger, "zip", meeting).status_code == 422
    assert stranger.post("/selected/delete", data={"id": [meeting.id, own.id]}).status_code == 303
    assert queries.get(meeting.id) is not None
    assert queries.get(own.id) is None
    assert tags.tags_of([meeting.id]) == {}


@pytest.mark.parametrize(
    ("action", "tag"), [("add", ""), ("add", "x" * 41), ("add", "a,b"), ("remove", ""), ("explode", "x"), ("", "x")]
)
def test_what_cannot_be_done_with_many_is_told(action: str, tag: str, browser: FlaskClient, meeting: Recording) -> None:
    assert choose(browser, action, meeting, tag=tag).status_code == 422
    assert choose(browser, "delete").status_code == 422
    assert tags.tags_of([meeting.id]) == {}


def test_a_tag_is_given_to_many_and_what_fails_is_told(browser: FlaskClient, alice: User) -> None:
    made = [meetings.upload(alice, f"Talk {n}") for n in range(2)]
    assert choose(browser, "add", *made, tag="  bud\n get ").status_code == 303
    assert tags.list_tags(alice.id) == ["bud get"]
    tags.set_tags(made[0].id, [f"t{n}" for n in range(20)])
    answer = choose(browser, "add", *made, tag="more", back="sort=title")
    assert answer.status_code == 200
    assert "1 of 2 recordings changed" in answer.text
    assert "at most 20 tags" in answer.text
    assert "Talk 0" in answer.text
    assert tags.tags_of([made[1].id]) == {made[1].id: ["bud get", "more"]}
    assert choose(browser, "remove", *made, tag="more").status_code == 303
    assert tags.tags_of([made[1].id]) == {made[1].id: ["bud get"]}


def test_many_are_in_one_archive(browser: FlaskClient, alice: User) -> None:
    made = [meetings.finished(alice, "Talk"), meetings.finished(alice, "talk"), meetings.upload(alice, "Waits")]
    save_minutes(made[0].id, alice.id, FilledMinutes(place="Hall"), 0, utc_now())
    answer = choose(browser, "zip", *made)
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert b"Waits" in archive.read("Not finished.txt")
        assert archive.read("Talk/Talk.pdf") == meetings.PDF
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {"Talk", "talk (2)"}
    assert "talk (2)/talk.docx" in names
    assert [name for name in names if "minutes" in name] == ["Talk/Talk.minutes.docx"]


@pytest.mark.parametrize("back", ["//evil.example", "\r\nX-Evil: 1", "https://evil.example", "q=\u202e"])
def test_the_way_back_stays_in_the_library(back: str, browser: FlaskClient, meeting: Recording) -> None:
    answer = choose(browser, "add", meeting, tag="x", back=back)
    assert answer.headers["Location"].startswith("/?")
    assert "X-Evil" not in answer.headers


def test_a_deleted_account_takes_its_tags_along(alice: User, meeting: Recording, admin: User) -> None:
    tags.set_tags(meeting.id, ["x"])
    account_deletion.remove_user(alice.id, utc_now())
    assert users.find_user(alice.email) is None
    assert tags.tags_of([meeting.id]) == {}
