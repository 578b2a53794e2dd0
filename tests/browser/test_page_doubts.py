"""What is worth a listen, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support import meetings

from core.database.tables import Recording, User

OpenPage = Callable[..., Any]


def finish(owner: User) -> Recording:
    """A recording with many unsure words."""
    recording = meetings.upload(owner, "Launch")
    recap = meetings.make_recap(recording)
    segments = tuple(
        replace(one, words=(replace(one.words[0], probability=0.1), *one.words[1:]))
        for one in recap.transcript.segments
    )
    return meetings.finish(recording, replace(recap, transcript=replace(recap.transcript, segments=segments)))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_time_leads_to_the_turn_and_more_places_open_by_keyboard(
    open_page: OpenPage, owner: User, width: int
) -> None:
    recording = finish(owner)
    with open_page(width=width) as page:
        page.goto(f"/recordings/{recording.id}")
        section = page.get_by_role("region", name="Worth a listen")
        places = section.get_by_role("listitem")
        assert places.filter(visible=True).count() == 10
        section.locator("summary").focus()
        page.keyboard.press("Enter")
        assert places.filter(visible=True).count() > 10
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chip = places.nth(3).get_by_role("link")
        anchor = chip.get_attribute("href").removeprefix("#")
        chip.focus()
        page.keyboard.press("Enter")
        turn = page.locator(f'[id="{anchor}"]')
        assert turn.is_visible()
        assert "here" in turn.get_attribute("class").split()


def test_more_places_open_without_scripts(open_page: OpenPage, owner: User) -> None:
    recording = finish(owner)
    with open_page(java_script_enabled=False) as page:
        page.goto(f"/recordings/{recording.id}")
        section = page.get_by_role("region", name="Worth a listen")
        section.get_by_text("Show more").click()
        assert section.get_by_role("listitem").filter(visible=True).count() > 10
