"""Correcting a point in the browser, and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import meetings

from core.database.tables import Status, User
from core.recordings import recaps

OpenPage = Callable[..., Any]


def decisions_of(recording_id: str) -> list[str]:
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    return [point.text for point in recap.summary.decisions]


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, True), (1280, False)])
def test_a_point_is_edited_by_keyboard_and_taken_back(
    open_page: OpenPage, owner: User, width: int, scripts: bool
) -> None:
    recording = meetings.finished(owner, "Launch")
    written = decisions_of(recording.id)
    with open_page(width=width, java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{recording.id}")
        link = page.get_by_role("link", name=f"Edit: {written[0][:30]}").last
        link.focus()
        assert link.evaluate("each => getComputedStyle(each).opacity") == "1"
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_label("Text").fill("We launch in June.")
        with page.expect_navigation():
            page.get_by_role("button", name="Save").click()
        assert page.url.endswith("#point-decisions1")
        assert decisions_of(recording.id)[0] == "We launch in June."
        meetings.change(recording, job={"status": Status.DONE})  # the PDF is made
        page.reload()
        point = page.locator("#point-decisions1")
        assert point.get_by_text("Edited by hand").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
        changes = page.get_by_role("region", name="Changes")
        assert changes.get_by_text("Changed a decision").count() == 1
        with page.expect_navigation():
            changes.get_by_role("button", name="Undo").first.click()
    assert decisions_of(recording.id) == written


def test_a_point_is_added_in_the_browser(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("navigation", name="Add a point").get_by_role("link", name="Decision").click()
        page.get_by_label("Text").fill("By hand.")
        page.get_by_label("Time, optional").fill("0:30")
        with page.expect_navigation():
            page.get_by_role("button", name="Add").click()
    assert decisions_of(recording.id)[-1] == "By hand."


def test_a_segment_is_corrected_in_the_browser(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.locator(".turn").first.get_by_role("link", name="Edit").click()
        page.get_by_role("textbox").first.fill("Good morning to all.")
        with page.expect_navigation():
            page.get_by_role("button", name="Save").first.click()
        assert page.locator(".turn").first.get_by_text("Edited by hand").is_visible()
        assert page.locator(".turn").first.get_by_text("Good morning to all.").is_visible()
        page.get_by_role("region", name="Changes").get_by_role("button", name="Undo").first.click()
        page.wait_for_url("**#changes")
        assert page.get_by_text("Good morning to all.").locator("visible=true").count() == 0


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)])
def test_words_are_replaced_everywhere_and_taken_back_at_once(
    open_page: OpenPage, owner: User, width: int, scripts: bool
) -> None:
    recording = meetings.finished(owner, "Launch")
    written = decisions_of(recording.id)
    word = max(written[0].rstrip(".").split(), key=len)
    with open_page(width=width, java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_text("Find and replace").click()
        page.get_by_label("Find", exact=True).fill(word)
        page.get_by_label("Replace with").fill("otherwise")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("del").first.inner_text() == word
        assert decisions_of(recording.id) == written, "shown, not done"
        with page.expect_navigation():
            page.get_by_role("button", name="Replace in").click()
        assert "otherwise" in decisions_of(recording.id)[0].lower()
        changes = page.get_by_role("region", name="Changes")
        with page.expect_navigation():
            changes.get_by_role("button", name="Undo").first.click()
    assert decisions_of(recording.id) == written
