"""The first steps in a browser: from the first log-in to "Done", by keyboard, without scripts, on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, update
from support import page_checks as looks

from core import worker_register
from core.accounts import first_steps, users
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import FirstSteps, User, Worker
from core.worker_register import WorkerModels

OpenPage = Callable[..., Any]
PASSWORD = "four words of length"
LEFT = "The set-up is not finished."


@pytest.fixture
def admin(owner: User) -> Iterator[User]:
    """The browser's account is an administrator's who was not led yet; a worker has no model."""
    with write() as session:
        session.execute(update(User).where(User.id == owner.id).values(is_admin=True))
        session.execute(delete(FirstSteps))
    models = WorkerModels(problem="There is no speech model.", hint="Install one with `flask models pull`.")
    worker_register.report("gpu-1", ("gpu", "llm"), "GPU", models, utc_now())
    yield owner
    with write() as session:
        session.execute(delete(Worker))


@pytest.mark.parametrize("scripts", [True, False])
def test_the_first_log_in_leads_through_the_steps_by_keyboard(open_page: OpenPage, admin: User, scripts: bool) -> None:
    with open_page(log_in=False, java_script_enabled=scripts) as page:
        page.goto("login")
        page.get_by_label("E-mail").fill(admin.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/first-steps")
        assert page.get_by_role("heading", name="First steps").is_visible()
        assert page.get_by_text("There is no speech model").is_visible()
        page.get_by_role("link", name="Check again").press("Enter")
        page.get_by_role("button", name="Skip Speech models").press("Enter")
        page.wait_for_url("**/admin/first-steps#models")
        page.get_by_role("button", name="Take up again Speech models").press("Enter")
        page.get_by_role("button", name="Skip Speech models").wait_for()

        page.goto("account")
        assert page.get_by_text(LEFT).is_visible()
        page.get_by_role("link", name="First steps").last.press("Enter")
        page.get_by_role("link", name="Open Models").press("Enter")
        page.wait_for_url("**/admin/models")
        page.go_back()
        page.get_by_role("button", name="Done").press("Enter")
        page.wait_for_url("**/")
        assert page.get_by_role("heading", name="Library").is_visible()
        assert page.get_by_text(LEFT).count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_page_and_banner_are_readable(open_page: OpenPage, admin: User, theme: str, width: int) -> None:
    first_steps.skip(admin.id, ["ollama"])
    with open_page(width=width, height=844, color_scheme=theme) as page:
        for path in ("/admin/first-steps", "/account"):
            page.goto(path)
            assert looks.faint_texts(page) + looks.small_targets(page) + looks.nameless_controls(page) == []
            assert looks.sideways(page) <= 0
            assert page.locator("h1:visible").count() == 1


def test_a_hint_leaves_room_for_the_ring_of_a_focused_field(open_page: OpenPage, site: str) -> None:
    email = "new@example.org"
    users.create_user(email, PASSWORD, must_change_password=True)
    with open_page(log_in=False) as page:
        page.goto("login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/login/password*")
        field, hint = page.get_by_label("New password").bounding_box(), page.locator("#new-hint").bounding_box()
        ring = 2 + 2  # width and distance of the outline
        assert hint["y"] - (field["y"] + field["height"]) > ring
