"""The details of a meeting in the browser: given at the upload, changed on the recording's page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from support import meetings
from support import page_checks as looks
from support.calendars import calendar, event

from core.database.tables import User
from core.recordings import library
from core.recordings.details import details_of

OpenPage = Callable[..., Any]


def faults(page: Page) -> list[str]:
    found = [
        fault for find in (looks.faint_texts, looks.small_targets, looks.nameless_controls) for fault in find(page)
    ]
    return found + (["sideways"] if looks.sideways(page) else [])


@pytest.mark.parametrize("width", [1280, 390])
def test_a_calendar_file_fills_in_what_was_not_typed(
    width: int, open_page: OpenPage, owner: User, tmp_path: Path
) -> None:
    sound, file = tmp_path / "2026-11-20 talk.wav", tmp_path / "meeting.ics"
    sound.write_bytes(b"RIFF" * 250)
    file.write_text(calendar(event(more="COMMENT:" + "x" * 20_000 + "\n")))
    with open_page(width=width) as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(sound)
        page.locator("summary", has_text="Details of the meeting").locator("visible=true").click()
        fields = page.locator(".upload")
        fields.get_by_label("Kind of meeting").fill("Board meeting")
        fields.get_by_label("Calendar file").set_input_files(file)
        assert faults(page) == []
        with page.expect_navigation():
            page.get_by_role("button", name="Upload", exact=True).click()
    (kept,) = library.find_page(owner.id, library.View(), 10)
    assert kept.title == "Board, weekly"
    details = details_of(kept)
    assert (details.date, details.kind, details.present[0]) == ("2026-11-24", "Board meeting", "Anna Meier")


def test_a_calendar_file_that_cannot_be_read_ends_the_upload_with_a_reason(
    open_page: OpenPage, owner: User, tmp_path: Path
) -> None:
    sound, file = tmp_path / "talk.wav", tmp_path / "meeting.ics"
    sound.write_bytes(b"RIFF" * 250)
    file.write_text("no calendar " * 2000)
    with open_page(expected=(422,)) as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(sound)
        page.locator("summary", has_text="Details of the meeting").locator("visible=true").click()
        page.locator(".upload").get_by_label("Calendar file").set_input_files(file)
        page.get_by_role("button", name="Upload", exact=True).click()
        page.get_by_text("The calendar file cannot be read").wait_for()
    assert library.find_page(owner.id, library.View(), 10) == []


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, True), (1280, False)])
def test_details_are_changed_on_the_page_and_names_offered_for_speakers(
    width: int, scripts: bool, open_page: OpenPage, owner: User
) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page(width=width, java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{recording.id}#details")
        with page.expect_navigation():
            page.get_by_role("link", name="Edit the details of the meeting").click()
        page.get_by_label("Date of the meeting").fill("2026-11-24")
        page.get_by_label("Place").fill("Town hall")
        page.get_by_label("Attendees").fill("Zoë de Wit\nYan (absent)")
        assert faults(page) == [] if scripts else True
        with page.expect_navigation():
            page.get_by_role("button", name="Save").click()
        head = page.locator(".facts").first
        assert head.get_by_text("Tuesday 24 November 2026").is_visible()
        assert head.get_by_text("Town hall").is_visible()
        assert page.locator("#details").get_by_text("Zoë de Wit").is_visible()
        assert page.locator("datalist#attendee-names option").count() == 1
        assert faults(page) == [] if scripts else True
