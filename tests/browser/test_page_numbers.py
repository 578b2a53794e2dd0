"""Numbers in the transcript: pointing at one shows what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from support import meetings

from core.database.tables import User
from pipeline.numbers.find import write_numbers

OpenPage = Callable[..., Any]


def test_a_number_shows_what_was_said(open_page: OpenPage, owner: User) -> None:
    recording = meetings.upload(owner, "Launch")
    recap = meetings.make_recap(recording)
    meetings.finish(recording, replace(recap, transcript=write_numbers(recap.transcript)))
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        number = page.locator(".number", has_text="40,000")
        said = number.locator(".heard")
        assert said.bounding_box()["width"] <= 1
        number.focus()
        page.wait_for_function("said => said.getBoundingClientRect().width > 50", arg=said.element_handle())
        assert "said: forty thousand" in said.inner_text()
