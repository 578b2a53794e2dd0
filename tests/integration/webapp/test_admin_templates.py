"""Templates that administrators add."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import log_in, token_of

from core.clock import utc_now
from core.database.tables import User
from core.recordings import recap_templates

NASTY = '<script>alert("x")</script>'
GIVEN = {"title": "Site visit", "instructions": "Name each defect with its place."}


@pytest.fixture
def boss(app: Flask, admin: User) -> FlaskClient:
    """The administrator's browser."""
    return log_in(app, admin)


def test_nobody_else_gets_there_or_sees_the_link(app: Flask, browser: FlaskClient, admin: User) -> None:
    recap_templates.add(**GIVEN, made_by=admin, now=utc_now())
    for path in ("", "/new", "/site-visit", "/site-visit/delete"):
        assert browser.get(f"/admin/templates{path}").status_code == 403
        assert app.test_client().get(f"/admin/templates{path}").status_code == 302
    for path in ("/new", "/site-visit", "/site-visit/delete"):
        assert browser.post(f"/admin/templates{path}", data=GIVEN | {"title": "Mine"}).status_code == 403
    assert [each.title for each in recap_templates.list_added()] == ["Site visit"]
    assert "/admin/templates" not in browser.get("/").text


def test_the_first_look_says_what_templates_are_for(boss: FlaskClient) -> None:
    page = boss.get("/admin/templates").text
    assert "No templates have been added yet." in page
    assert "Council minutes" in page
    assert 'href="/admin/templates"' in boss.get("/").text


def test_a_template_is_added_edited_and_deleted(boss: FlaskClient, admin: User) -> None:
    answer = boss.post("/admin/templates/new", data=GIVEN)
    assert (answer.status_code, answer.location) == (303, "/admin/templates")
    page = boss.get("/admin/templates").text
    assert "Site visit" in page
    assert "Name each defect" in page
    assert admin.email in page

    edit = boss.get("/admin/templates/site-visit").text
    assert 'value="Site visit"' in edit
    assert "Name each defect with its place.</textarea>" in edit
    changed = {"title": "Visits", "instructions": "Name each defect."}
    assert boss.post("/admin/templates/site-visit", data=changed).status_code == 303
    found = recap_templates.get("site-visit")
    assert found is not None
    assert (found.title, found.instructions) == ("Visits", "Name each defect.")

    question = boss.get("/admin/templates/site-visit/delete").text
    assert "Delete “" in question
    assert "Visits" in question
    assert "ask for it" not in question
    assert recap_templates.get("site-visit") is not None, "a question deletes nothing"
    assert boss.post("/admin/templates/site-visit/delete").status_code == 303
    assert recap_templates.get("site-visit") is None
    for path in ("", "/delete"):
        assert boss.get(f"/admin/templates/site-visit{path}").status_code == 404
    assert boss.post("/admin/templates/site-visit", data=GIVEN).status_code == 404


def test_the_question_tells_who_asks_for_it(boss: FlaskClient, alice: User, admin: User) -> None:
    recap_templates.add(**GIVEN, made_by=admin, now=utc_now())
    meetings.upload(alice, "One", template="site-visit")
    assert "The recording that uses it keeps it" in boss.get("/admin/templates/site-visit/delete").text
    meetings.upload(alice, "Two", template="site-visit")
    assert "The 2 recordings that use it keep it" in boss.get("/admin/templates/site-visit/delete").text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "A template needs a title"),
        ({"title": "Meeting"}, "of this title already"),
        ({"instructions": " "}, "A template needs a text"),
        ({"instructions": "x" * 2001}, "2,001 characters"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_nothing_typed_is_lost(
    boss: FlaskClient, admin: User, change: dict[str, str], message: str
) -> None:
    recap_templates.add("Other", "Text", admin, utc_now())
    for path in ("new", "other"):
        answer = boss.post(f"/admin/templates/{path}", data=GIVEN | change)
        assert answer.status_code == 422
        assert message in answer.text
        assert 'aria-invalid="true"' in answer.text
        kept = "Site visit" if "instructions" in change else GIVEN["instructions"]
        assert kept in answer.text
    assert [each.title for each in recap_templates.list_added()] == ["Other"]


def test_what_was_typed_is_printed_as_text(boss: FlaskClient) -> None:
    boss.post("/admin/templates/new", data={"title": NASTY, "instructions": NASTY})
    (added,) = recap_templates.list_added()
    for path in (
        "/admin/templates",
        f"/admin/templates/{added.name}",
        f"/admin/templates/{added.name}/delete",
        "/upload",
    ):
        page = boss.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_forms_carry_their_token(app: Flask, boss: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert boss.post("/admin/templates/new", data=GIVEN).status_code == 403
    token = token_of(boss.get("/admin/templates/new").text)
    assert boss.post("/admin/templates/new", data=GIVEN | {"csrf_token": token}).status_code == 303


def test_a_recap_keeps_the_title_of_a_template_that_is_gone(boss: FlaskClient, admin: User) -> None:
    from dataclasses import replace

    recap_templates.add(**GIVEN, made_by=admin, now=utc_now())
    recording = meetings.upload(admin, "Visit", template="site-visit")
    recap = meetings.make_recap(recording)
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, template="site-visit")))
    boss.post("/admin/templates/site-visit/delete")
    assert ">Site visit</dd>" in boss.get(f"/recordings/{recording.id}").text
