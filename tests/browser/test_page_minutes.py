"""Filling in the minutes in the browser, and the letterhead of an administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update
from support import meetings
from support.logos import make_picture

from core.accounts import first_steps
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import User
from core.letterhead import get_letterhead, keep_letterhead
from core.recordings.minutes import get_minutes
from pipeline.render.letterhead import Letterhead

OpenPage = Callable[..., Any]


@pytest.fixture
def administrator(owner: User) -> Iterator[User]:
    """The owner as an administrator, for one test."""
    first_steps.note_shown(owner.id)
    with write() as session:
        session.execute(update(User).where(User.id == owner.id).values(is_admin=True))
    yield owner
    with write() as session:
        session.execute(update(User).where(User.id == owner.id).values(is_admin=False))
    keep_letterhead(Letterhead(), owner.id, utc_now())


@pytest.mark.parametrize(
    ("width", "theme", "scripts"), [(1280, "light", True), (390, "dark", True), (1280, "light", False)]
)
def test_minutes_are_reached_filled_in_and_saved(
    open_page: OpenPage, owner: User, width: int, theme: str, scripts: bool
) -> None:
    recording = meetings.finished(owner, "Council")
    with open_page(width=width, color_scheme=theme, java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_label("Other formats").click()
        page.get_by_role("link", name="Fill in").click()
        page.wait_for_url("**/minutes")
        page.get_by_label("Place").fill("Town hall")
        decision = page.get_by_role("group", name=meetings.make_recap(recording).summary.decisions[0].text)
        decision.get_by_label("Moved by").fill("Anna")
        decision.get_by_label("Result").press_sequentially("Carried")
        page.keyboard.press("Enter")
        page.wait_for_url("**saved=1")
        assert page.get_by_role("status").get_by_text("The minutes have been saved.").is_visible()
        if scripts:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    filled, number = get_minutes(recording.id)
    assert (filled.place, number, filled.attendance) == ("Town hall", 1, None)
    assert [(each.motion.mover, each.motion.result) for each in filled.motions] == [("Anna", "Carried")]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_letterhead_is_set_and_shown(open_page: OpenPage, administrator: User, width: int) -> None:
    with open_page(width=width) as page:
        page.goto("/admin/letterhead")
        page.get_by_label("Logo").set_input_files(
            {"name": "logo.png", "mimeType": "image/png", "buffer": make_picture()}
        )
        page.get_by_label("Name").fill("Gemeinde Südwest")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**saved=1**")
        logo = page.get_by_role("img", name="Logo of Gemeinde Südwest")
        assert logo.evaluate("each => each.complete && each.naturalWidth") == 60
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = get_letterhead()
    assert found is not None
    assert found.name == "Gemeinde Südwest"
