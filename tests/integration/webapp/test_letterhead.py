"""The page on which administrators set the letterhead, and what it does to documents."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.logos import make_picture
from support.visitors import Program, log_in, token_of

from core.clock import utc_now
from core.database.tables import Status, User
from core.letterhead import get_letterhead, get_own_letterhead, keep_letterhead
from core.recordings import queries, recap_templates
from pipeline.render.letterhead import Letterhead

ADDRESS = "/admin/letterhead"
TEXTS = {"name": "Gemeinde Südwest", "address": "Rathausplatz 1", "footer": "Bank DE00", "colour": "#146B3A"}


@pytest.fixture
def boss(app: Flask, admin: User) -> FlaskClient:
    """The administrator's browser."""
    return log_in(app, admin)


def save(client: FlaskClient, logo: bytes | None = None, **fields: str) -> Any:
    files = {"logo": (BytesIO(logo), "logo.png")} if logo is not None else {}
    return client.post(ADDRESS, data={**TEXTS, **fields, **files}, content_type="multipart/form-data")


def test_nobody_else_gets_there_or_sees_the_link(app: Flask, browser: FlaskClient) -> None:
    for path in ("", "/logo", "/preview"):
        assert browser.get(ADDRESS + path).status_code == 403
        assert app.test_client().get(ADDRESS + path).status_code == 302
    assert save(browser).status_code == 403
    assert save(app.test_client()).status_code == 401
    assert get_letterhead() is None
    assert ADDRESS not in browser.get("/").text


def test_what_is_saved_is_shown_and_taken_away_again(boss: FlaskClient) -> None:
    assert ADDRESS in boss.get("/").text
    answer = save(boss, make_picture())
    assert answer.status_code == 303
    page = boss.get(answer.location).text
    assert "The letterhead has been saved." in page
    assert 'value="Gemeinde Südwest"' in page
    assert 'alt="Logo of Gemeinde Südwest"' in page
    logo = boss.get(f"{ADDRESS}/logo")
    assert (logo.mimetype, logo.data[:4]) == ("image/png", b"\x89PNG")

    save(boss, name="Other")  # without another logo it stays
    found = get_letterhead()
    assert found is not None
    assert (found.name, found.logo) == ("Other", logo.data)
    save(boss, remove_logo="1", **dict.fromkeys(TEXTS, " "))
    assert get_letterhead() is None
    assert boss.get(f"{ADDRESS}/logo").status_code == 404


def test_a_colour_that_cannot_be_read_is_darkened_and_the_page_says_so(boss: FlaskClient) -> None:
    page = boss.get(save(boss, colour="#ffcc00").location).text
    found = get_letterhead()
    assert found is not None
    assert f"documents use {found.colour}." in page
    assert "darkened" not in save(boss, colour=found.colour.upper()).location


@pytest.mark.parametrize(
    ("fields", "logo", "words"),
    [
        ({"colour": "red"}, None, "This is not a colour."),
        ({"paper": "a3"}, None, "There is no such paper."),
        ({"name": "N" * 121}, None, "This has 121 characters."),
        ({}, b"GIF89a", "neither a PNG nor a JPEG"),
        ({}, b"\x89PNG" + bytes(2 * 1024 * 1024), "larger than 2 MB"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    boss: FlaskClient, fields: dict[str, str], logo: bytes | None, words: str
) -> None:
    save(boss)
    answer = save(boss, logo, footer="Typed again", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Typed again"' in answer.text
    found = get_letterhead()
    assert found is not None
    assert (found.footer, found.logo) == ("Bank DE00", b"")


def test_a_body_beyond_any_logo_is_not_read(boss: FlaskClient) -> None:
    answer = save(boss, bytes(3 * 1024 * 1024))
    assert answer.status_code == 413
    assert "The logo is larger than 2 MB." in answer.text


def test_a_form_of_another_page_is_refused(app: Flask, admin: User) -> None:
    boss = log_in(app, admin)
    app.config.update(WTF_CSRF_ENABLED=True)
    token = token_of(boss.get(ADDRESS).text)
    assert save(boss, make_picture()).status_code == 403
    assert save(boss, make_picture(), csrf_token=token).status_code == 303
    other = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    data = {**TEXTS, "csrf_token": token, "name": "Evil"}
    assert boss.post(ADDRESS, data=data, content_type="multipart/form-data", headers=other).status_code == 403
    found = get_letterhead()
    assert found is not None
    assert found.name == "Gemeinde Südwest"


def test_every_pdf_is_queued_anew_but_only_for_a_change(boss: FlaskClient, alice: User, charlie: User) -> None:
    ids = [meetings.finished(owner, "Talk").id for owner in (alice, charlie)]

    def states() -> set[tuple[str, str]]:
        found = [queries.get(one) for one in ids]
        return {(one.job.step, one.job.status) for one in found if one is not None}

    before = states()
    save(boss, **dict.fromkeys(TEXTS, ""))
    assert states() == before
    save(boss)
    assert states() == {("render", Status.QUEUED)}


def test_the_documents_of_everybody_show_it(boss: FlaskClient, program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Talk")
    save(boss, make_picture())
    word = docx.Document(BytesIO(program.get(f"/recordings/{recording.id}/exports/docx").data))
    assert "Gemeinde Südwest" in [one.text for one in word.sections[0].first_page_header.paragraphs]
    with pikepdf.open(BytesIO(program.get(f"/recordings/{recording.id}/exports/pdf?parts=recap").data)) as pdf:
        assert pdf.docinfo.Author == "Gemeinde Südwest"


def test_the_preview_is_one_page_with_the_letterhead(boss: FlaskClient) -> None:
    save(boss, make_picture())
    answer = boss.get(f"{ADDRESS}/preview")
    assert answer.mimetype == "application/pdf"
    with pikepdf.open(BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.docinfo.Author == "Gemeinde Südwest"


def test_recaps_of_a_template_have_a_letterhead_of_their_own(boss: FlaskClient, program: Program, alice: User) -> None:
    own = f"{ADDRESS}?template=council"
    boss.post(own, data={"name": "The council"}, content_type="multipart/form-data")
    assert get_letterhead() is None
    save(boss, make_picture(), name="Everybody")
    names = [found.name for name in (None, "meeting", "interview", "council") if (found := get_letterhead(name))]
    assert names == ["Everybody", "Everybody", "Everybody", "The council"]
    page = boss.get(own).text
    assert 'value="The council"' in page
    assert '<option value="council" selected>' in page
    assert boss.get(f"{ADDRESS}/logo?template=council").status_code == 404, "the logo is that of all others"
    assert boss.get(f"{ADDRESS}/preview?template=interview").mimetype == "application/pdf"

    for template, name in (("council", "The council"), (None, "Everybody")):
        recording = meetings.upload(alice, "Session", template=template)
        recap = meetings.make_recap(recording)
        meetings.finish(recording, replace(recap, summary=replace(recap.summary, template=template or "meeting")))
        document = docx.Document(BytesIO(program.get(f"/recordings/{recording.id}/exports/docx").data))
        assert name in "".join(one.text for one in document.sections[0].first_page_header.paragraphs)

    boss.post(own, data={"name": ""}, content_type="multipart/form-data")
    found = get_letterhead("council")
    assert found is not None
    assert found.name == "Everybody", "without one of its own, a template has that of all"


def test_there_is_no_letterhead_of_an_unknown_template(boss: FlaskClient) -> None:
    assert boss.get(f"{ADDRESS}?template=nothing").status_code == 404
    answer = boss.post(f"{ADDRESS}?template=nothing", data=TEXTS, content_type="multipart/form-data")
    assert answer.status_code == 404
    assert get_letterhead("nothing") is None


def test_a_recap_keeps_the_letterhead_of_its_own_template_while_another_is_asked_for(
    program: Program, alice: User, admin: User
) -> None:
    recording = meetings.finished(alice, "Session")
    written = meetings.make_recap(recording).summary.template
    for template, name in ((written, "As written"), ("lecture", "As asked for")):
        keep_letterhead(Letterhead(name=name), admin.id, utc_now(), template)
    meetings.change(recording, template="lecture")
    document = docx.Document(BytesIO(program.get(f"/recordings/{recording.id}/exports/docx").data))
    assert "As written" in "".join(one.text for one in document.sections[0].first_page_header.paragraphs)


def test_a_template_that_is_deleted_takes_its_letterhead_along(admin: User) -> None:
    made = recap_templates.add("Site visit", "Each defect.", admin, utc_now())
    keep_letterhead(Letterhead(name="Visitors"), admin.id, utc_now(), made.name)
    assert recap_templates.remove(made.name, utc_now())
    assert get_own_letterhead(made.name) is None
