"""The list of sessions and the page for the first password, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import page_checks as looks

from core.accounts import sessions, users
from core.clock import utc_now
from core.database.tables import User

OpenPage = Callable[..., Any]
FIRST, NEW = "chosen by somebody else", "four other words of length"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_session_elsewhere_is_ended_by_keyboard(open_page: OpenPage, owner: User, theme: str, width: int) -> None:
    with open_page(width=width, height=844, color_scheme=theme) as page:
        sessions.start_session(owner, "Samsung Internet on Android", "192.0.2.7", utc_now())
        page.goto("/account")
        row = page.get_by_role("row", name="Samsung Internet on Android").first
        assert row.locator(".small-screen").is_visible() == (width < 641)
        assert page.get_by_text("this browser").count() == 1
        assert looks.faint_texts(page) + looks.small_targets(page) + looks.nameless_controls(page) == []
        assert looks.sideways(page) <= 0
        button = page.get_by_role("button", name="Log out Samsung Internet on Android").first
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/account#h-sessions")
        assert page.get_by_text("Samsung Internet").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_password_is_changed_by_keyboard(open_page: OpenPage, theme: str, width: int, site: str) -> None:
    email = f"newcomer-{theme}-{width}@example.org"
    users.create_user(email, FIRST, must_change_password=True)
    with open_page(log_in=False, expected=(422,), width=width, color_scheme=theme) as page:
        page.goto("/login?next=/account")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(FIRST)
        page.keyboard.press("Enter")
        page.wait_for_url("**/login/password**")
        assert looks.faint_texts(page) + looks.small_targets(page) + looks.nameless_controls(page) == []
        assert looks.sideways(page) <= 0
        assert page.locator(":focus").get_attribute("id") == "new"
        page.keyboard.type(FIRST)
        page.keyboard.press("Enter")
        page.get_by_text("This is the password you have now.").wait_for()
        page.get_by_label("New password").fill(NEW)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")
