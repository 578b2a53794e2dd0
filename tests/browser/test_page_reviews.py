"""A recap that waits for a review, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import meetings

from core.clock import utc_now
from core.database.tables import User
from core.recordings import reviews

OpenPage = Callable[..., Any]


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, True), (390, False)])
def test_a_recap_is_reviewed_and_that_is_taken_back(
    open_page: OpenPage, owner: User, width: int, scripts: bool
) -> None:
    with open_page(width=width, java_script_enabled=scripts) as page:
        page.goto("/account")
        page.get_by_label("New recaps wait for my review").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Save choice").click()
        recording = meetings.finished(owner, "Launch")
        page.goto("/")
        assert page.get_by_text("Waiting for your review").is_visible()
        page.goto(f"/recordings/{recording.id}")
        if scripts:
            page.get_by_role("tab", name="Details").click()
        page.get_by_role("link", name="worth a listen").click()
        heading = page.get_by_role("heading", name="Worth a listen")
        assert heading.is_visible(), "also from another tab"
        for label, state in (("Reviewed", "reviewed"), ("Take back", "waiting")):
            with page.expect_navigation():
                page.get_by_role("button", name=label, exact=True).click()
            review = reviews.find_review(recording.id)
            assert review is not None
            assert review.state == state
    reviews.stop_reviews(owner.id, utc_now())
