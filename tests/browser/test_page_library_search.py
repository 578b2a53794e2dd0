"""The library in the browser: searched, filtered, tagged and selected, by mouse, by keyboard and without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support import meetings
from support import page_checks as looks

from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.recordings import indexing, library, tags

OpenPage = Callable[..., Any]
LOOKS = [(1280, "light", True), (390, "dark", True), (390, "light", False)]


@pytest.fixture
def recordings(owner: User) -> list[Recording]:
    """Four finished recordings, two of them tagged, one that waits and one that failed."""
    now = utc_now()
    named = [("Launch planning", "launch-planning"), ("Stand-up, team North", "standup")]
    named += [("Second launch meeting", "launch-planning"), ("Council", "standup")]
    made = [
        meetings.finished(owner, title, name, at=now - timedelta(hours=20 * n))
        for n, (title, name) in enumerate(named, 1)
    ]
    for each in made:
        indexing.index_recording(each.id)
    tags.set_tags(made[0].id, ["budget", "product"])
    tags.set_tags(made[2].id, ["product"])
    meetings.upload(owner, "Works council, spring session", language="nl")
    error = {"error_code": "no_audio", "error_message": "This file has no sound.", "error_hint": "Check it."}
    meetings.change(meetings.upload(owner, "Silent.mp4"), job={"status": Status.FAILED, **error})
    return made


def check_looks(page: Page, width: int, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"/tmp/library-{name}-{width}.png", full_page=True)
    assert [looks.faint_texts(page), looks.small_targets(page), looks.nameless_controls(page)] == [[], [], []]
    assert looks.sideways(page) <= 0


def words_of(meeting: str) -> set[str]:
    """The words of a sample meeting, without those that other signs touch."""
    texts = [each.text for each in meetings.make_transcript(meeting).segments]
    return {word for text in texts for word in text.split() if word.isalpha()}


@pytest.mark.parametrize(("width", "theme", "scripts"), LOOKS)
def test_words_are_found_by_keyboard_and_lead_to_their_second(
    open_page: OpenPage, recordings: list[Recording], width: int, theme: str, scripts: bool
) -> None:
    word = max(words_of("standup") - words_of("launch-planning"), key=lambda each: (len(each), each))
    with open_page(width=width, color_scheme=theme, java_script_enabled=scripts) as page:
        page.goto("/")
        check_looks(page, width, "all") if scripts else None
        if scripts:
            page.keyboard.press("/")
            expect(page.get_by_role("searchbox")).to_be_focused()
        else:
            page.get_by_role("searchbox").focus()
        page.keyboard.type(word.upper())
        page.keyboard.press("Enter")
        page.get_by_text("Found for").wait_for()
        check_looks(page, width, "found") if scripts else None
        assert page.locator("mark.hit").first.text_content() == word
        titles = page.locator(".row-title > a").all_text_contents()
        assert set(titles) == {"Stand-up, team North", "Council"}
        page.locator(".hit-time").first.click()
        page.get_by_role("heading", level=1, name="Stand-up").wait_for()
        assert "?t=" in page.url


@pytest.mark.parametrize(("width", "theme", "scripts"), LOOKS)
def test_the_list_is_filtered_and_sorted(
    open_page: OpenPage, recordings: list[Recording], width: int, theme: str, scripts: bool
) -> None:
    with open_page(width=width, color_scheme=theme, java_script_enabled=scripts) as page:
        page.goto("/")
        page.get_by_role("link", name="Ready 4").click()
        expect(page.locator(".row")).to_have_count(4)
        page.locator(".filter > summary").click()
        page.get_by_label("Order").select_option("Title")
        page.locator(".filter select[name=tag]").select_option("product")
        check_looks(page, width, "filter") if scripts else None
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator(".row-title > a")).to_have_text(["Launch planning", "Second launch meeting"])
        expect(page.locator(".filter > summary")).to_have_text("Title, filtered")
        check_looks(page, width, "filtered") if scripts else None
        page.get_by_role("link", name="Show all").last.click()
        expect(page.locator(".row")).to_have_count(6)
        page.locator(".row .tags").get_by_role("link", name="budget").click()
        expect(page.locator(".row-title > a")).to_have_text(["Launch planning"])


@pytest.mark.parametrize(("width", "theme", "scripts"), LOOKS)
def test_several_are_tagged_and_deleted_by_keyboard(
    open_page: OpenPage, owner: User, recordings: list[Recording], width: int, theme: str, scripts: bool
) -> None:
    with open_page(width=width, color_scheme=theme, java_script_enabled=scripts) as page:
        page.goto("/?status=done")
        expect(page.get_by_role("button", name="Add tag")).to_be_hidden()
        for title in ("Launch planning", "Council"):
            page.get_by_label(f"Select {title}").focus()
            page.keyboard.press("Space")
        page.locator(".tag-field").fill("archive")
        check_looks(page, width, "selected") if scripts else None
        if scripts:
            page.get_by_text("2 selected").wait_for()
        page.get_by_role("button", name="Add tag").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".row .tags").get_by_role("link", name="archive")).to_have_count(2)
        for title in ("Launch planning", "Council"):
            page.get_by_label(f"Select {title}").check()
        page.get_by_role("button", name="Delete…").click()
        page.get_by_role("heading", name="Delete 2 recordings?").wait_for()
        check_looks(page, width, "delete") if scripts else None
        page.get_by_role("button", name="Delete 2 recordings").click()
        expect(page.locator(".row")).to_have_count(2)
    assert "Council" not in {each.title for each in library.find_page(owner.id, library.View(), 9)}


def test_shift_and_a_click_select_what_lies_between(open_page: OpenPage, recordings: list[Recording]) -> None:
    with open_page() as page:
        page.goto("/?status=done")
        boxes = page.locator(".row-check input")
        boxes.nth(0).click()
        boxes.nth(3).click(modifiers=["Shift"])
        page.get_by_text("4 selected").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="ZIP").click()
        assert download.value.suggested_filename == "recordings.zip"


def test_tags_are_edited_with_the_details(open_page: OpenPage, recordings: list[Recording]) -> None:
    with open_page(width=390) as page:
        page.goto(f"/recordings/{recordings[0].id}/details")
        page.get_by_label("Tags").fill("board, 2026")
        check_looks(page, 390, "details")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("heading", level=1, name="Launch planning").wait_for()
    assert tags.tags_of([recordings[0].id]) == {recordings[0].id: ["2026", "board"]}
