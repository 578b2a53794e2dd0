"""Naming speakers in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support import meetings

from core.database.tables import Status, User
from core.recordings import recaps

OpenPage = Callable[..., Any]


def test_a_speaker_is_named_and_the_page_shows_it_everywhere(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("link", name="Name the speakers").click()
        assert page.get_by_role("tab", name="Speakers").get_attribute("aria-selected") == "true"
        page.get_by_label("Name of Anna").fill("Zoë de Wit")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert recaps.load_recap(recording.id).transcript.name_of("s1") == "Zoë de Wit"
        meetings.change(recording, job={"status": Status.DONE})  # the PDF is made
        page.reload()
        assert page.get_by_role("tabpanel", name="Speakers").is_visible()
        assert page.get_by_label("Name of Zoë de Wit").input_value() == "Zoë de Wit"
        assert page.locator(".turn-by", has_text="Zoë de Wit").first.is_visible()
        assert page.locator(".turn-by", has_text="Anna").count() == 0


def test_naming_speakers_works_without_scripts(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page(java_script_enabled=False) as page:
        page.goto(f"/recordings/{recording.id}")
        assert not page.locator("#speakers").is_visible()
        page.get_by_role("link", name="Name the speakers").click()
        page.get_by_label("Name of Ben").fill("Bram")
        with page.expect_navigation():
            page.get_by_role("button", name="Save names").click()
    assert recaps.load_recap(recording.id).transcript.name_of("s2") == "Bram"
