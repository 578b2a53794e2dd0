"""Merging and parting speakers in the browser, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import meetings

from core.database.tables import Status, User
from core.recordings import recaps

OpenPage = Callable[..., Any]


def speakers_of(recording_id: str) -> list[str]:
    return [one.id for one in recaps.load_recap(recording_id).transcript.speakers]


@pytest.mark.parametrize("width", [1280, 390])
def test_an_offer_is_accepted_and_taken_back(open_page: OpenPage, owner: User, width: int) -> None:
    recording = meetings.finish_with_offers(owner, "Launch")
    with open_page(width=width) as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("tab", name="Speakers").click()
        offer = page.get_by_role("article").filter(has_text="sound like one person")
        assert offer.locator("q").count() == 2
        page.evaluate("scrollTo(0, 0)")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with page.expect_navigation():
            offer.get_by_role("button", name="Same person: merge").click()
        assert speakers_of(recording.id) == ["s1", "s3"]
        meetings.change(recording, job={"status": Status.DONE})  # the PDF is made
        page.reload()
        panel = page.get_by_role("tabpanel", name="Speakers")
        assert (
            panel.locator(".offer.answered").filter(has_text="was merged into Anna").get_by_role("button").count() == 1
        )
        assert panel.get_by_label("Name of Ben").count() == 0
        assert page.locator(".turn-by", has_text="Ben").count() == 0
        with page.expect_navigation():
            panel.get_by_role("button", name="Undo").click()
        assert speakers_of(recording.id) == ["s1", "s2", "s3"]
        with page.expect_navigation():
            page.get_by_role("button", name="Two people: part").click()
        assert speakers_of(recording.id) == ["s1", "s2", "s3", "s3b"]
        with page.expect_navigation():
            page.get_by_role("article").get_by_role("button", name="Dismiss").click()
        assert page.locator(".offer.answered").count() == 2


def test_an_example_leads_into_the_transcript(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finish_with_offers(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}#speakers")
        chip = page.get_by_role("tabpanel", name="Speakers").locator(".offer .chip").nth(1)
        anchor = chip.get_attribute("href")
        chip.click()
        page.wait_for_function("anchor => location.hash === anchor", arg=anchor)
        assert page.locator(f'[id="{anchor.removeprefix("#")}"]').is_visible()


def test_offers_work_without_scripts(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finish_with_offers(owner, "Launch")
    with open_page(java_script_enabled=False) as page:
        page.goto(f"/recordings/{recording.id}#speakers")
        with page.expect_navigation():
            page.get_by_role("button", name="Two people: part").click()
    assert "s3b" in speakers_of(recording.id)
