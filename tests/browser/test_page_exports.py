"""Downloading a recap: PDF at once, every other format from a menu."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from support import meetings
from support import page_checks as looks

from core.database.tables import User
from pipeline.render.exports.catalogue import FORMATS

OpenPage = Callable[..., Any]
MENU = ".split summary"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_open_menu_is_readable_and_nothing_is_cut_off(
    open_page: OpenPage, owner: User, theme: str, width: int
) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page(width=width, height=844, color_scheme=theme) as page:
        page.goto(f"/recordings/{recording.id}")
        page.locator(MENU).click()
        assert page.locator(".exports a:visible").count() == len(FORMATS) + 4  # the recap alone, and the minutes
        assert looks.sideways(page) <= 0
        assert looks.faint_texts(page) == looks.small_targets(page) == looks.nameless_controls(page) == []
        box = page.locator(".exports").bounding_box()
        assert box["x"] >= 0
        assert box["y"] + box["height"] <= 844


def test_the_menu_works_by_keyboard(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("link", name="Download PDF").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.href").endswith("/exports/pdf")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.href").endswith("/exports/pdf?parts=recap")
        page.keyboard.press("Tab")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        assert download.value.suggested_filename == "Launch.docx"
        assert page.locator(".exports").is_hidden()
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Other formats"


def test_every_format_can_be_downloaded_without_javascript(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page(java_script_enabled=False) as page:
        page.goto(f"/recordings/{recording.id}")
        saved: dict[str, bytes] = {}
        for name in FORMATS:
            page.locator(MENU).click()
            with page.expect_download() as download:
                page.locator(f".exports a[href$='/exports/{name}']").click()
            assert download.value.suggested_filename == f"Launch.{name}"
            saved[name] = Path(download.value.path()).read_bytes()
            page.reload()
    assert saved["pdf"] == meetings.PDF
    assert json.loads(saved["json"])["title"] == "Launch"
    with ZipFile(BytesIO(saved["zip"])) as archive:
        assert {name.rpartition(".")[2] for name in archive.namelist()} == FORMATS.keys() - {"zip"}
        assert archive.read("Launch.srt") == saved["srt"]


def test_the_recap_alone_is_shorter_than_the_whole_pdf(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.locator(MENU).click()
        with page.expect_download() as download:
            page.get_by_role("link", name="PDF, recap only").click()
        text = "".join(each.extract_text() for each in PdfReader(download.value.path()).pages)
    assert "Action items" in text
    assert "Transcript" not in text


def test_a_recap_without_pdf_can_be_downloaded_too(open_page: OpenPage, owner: User) -> None:
    recording = meetings.upload(owner, "Launch", until="summarize")
    meetings.finish(recording, meetings.make_recap(recording), pdf=None)
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        assert page.get_by_role("link", name="Download PDF").count() == 0
        page.locator(MENU, has_text="Download").click()
        with page.expect_download() as download:
            page.locator(".exports a[href$='/exports/srt']").click()
        assert download.value.suggested_filename == "Launch.srt"
