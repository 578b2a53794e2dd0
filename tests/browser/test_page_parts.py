"""Joining recordings and splitting one in the browser: by mouse, by keyboard and without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from support import meetings
from support import page_checks as looks

from core import parts
from core.database.tables import User
from core.recordings import library

OpenPage = Callable[..., Any]
LOOKS = [(1280, "light", True), (390, "dark", True), (390, "light", False)]


def check_looks(page: Page, width: int, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"/tmp/parts-{name}-{width}.png", full_page=True)
    assert [looks.faint_texts(page), looks.small_targets(page), looks.nameless_controls(page)] == [[], [], []]
    assert looks.sideways(page) <= 0


@pytest.mark.parametrize(("width", "theme", "scripts"), LOOKS)
def test_parts_of_a_meeting_are_joined(open_page: OpenPage, owner: User, width: int, theme: str, scripts: bool) -> None:
    first = meetings.finished(owner, "Board meeting")
    second = meetings.finished(owner, "Board meeting, after the break", "standup")
    with open_page(width=width, color_scheme=theme, java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{first.id}")
        page.get_by_label("More").click()
        page.get_by_role("link", name="Join with others…").click()
        page.wait_for_url("**/join")
        check_looks(page, width, "join") if scripts else None
        page.get_by_label("Number of the part: Board meeting, after the break").press_sequentially("2")
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name="Board meeting").wait_for()
        page.get_by_role("button", name="Cancel").wait_for()  # the page of a recording that waits
    made = library.find_page(owner.id, library.View(), 1)[0]
    assert [part.recording for part, _ in parts.parts_of(made)] == [first.id, second.id]


@pytest.mark.parametrize(("width", "theme", "scripts"), LOOKS)
def test_a_recording_is_split_where_it_is_shown(
    open_page: OpenPage, owner: User, width: int, theme: str, scripts: bool
) -> None:
    recording = meetings.finished(owner, "Two meetings")
    with open_page(width=width, color_scheme=theme, java_script_enabled=scripts, expected=(422,)) as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_label("More").click()
        page.get_by_role("link", name="Split…").click()
        page.get_by_label("Where").fill("soon")
        page.keyboard.press("Enter")
        page.get_by_text("This is not a time.").wait_for()
        page.get_by_label("Where").fill("0:20")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Split at 0:").wait_for()
        check_looks(page, width, "split") if scripts else None
        page.get_by_label("Title of the second").press_sequentially("The other meeting")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="The other meeting").wait_for()
        assert page.get_by_role("link", name="Two meetings (1 of 2)").is_visible()
    titles = {one.title for one in library.find_page(owner.id, library.View(), 10)}
    assert titles == {"Two meetings", "Two meetings (1 of 2)", "The other meeting"}


def test_what_a_recording_was_made_of_is_among_its_details(open_page: OpenPage, owner: User) -> None:
    from core.clock import utc_now

    sources = [meetings.finished(owner, "Morning"), meetings.finished(owner, "Afternoon", "standup")]
    made = parts.join(sources, "Day", utc_now())
    meetings.finish(made, meetings.make_recap(made))
    with open_page() as page:
        page.goto(f"/recordings/{made.id}")
        page.get_by_role("tab", name="Details").click()
        check_looks(page, 1280, "made-of")
        page.get_by_role("link", name="Afternoon").click()
        page.wait_for_url(f"**/{sources[1].id}")
