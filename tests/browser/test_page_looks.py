"""Every page at several widths and in both themes: readable, reachable, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support import meetings
from support import page_checks as looks

from core.accounts import api_keys, users
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Status, User, Worker
from pipeline.recap import FailedWindow, Notice

OWNER = "anna.kuiper@example.org"
OpenPage = Callable[..., Any]


def one_of_each(owner: User) -> dict[str, str]:
    """A recording in every state; addresses of pages by name."""
    done = meetings.finished(owner, "Product launch planning")
    warned = meetings.upload(owner, "Council meeting on the library")
    recap = meetings.make_recap(warned, "council", engine="extractive")
    coverage = replace(recap.coverage, failed_windows=(FailedWindow(112.0, 123.0, "compression"),))
    notice = Notice("ollama_unreachable", "The summary was put together from quotes.", "Start Ollama.")
    meetings.finish(warned, replace(recap, coverage=coverage, warnings=(notice,)))
    process = {"step": "process", "queue": "gpu", "stage": "transcribe", "progress": 0.4, "attempt": 2}
    running = meetings.upload(owner, "Interview with the harbour master and all of his assistants, part one")
    meetings.change(running, job=process | {"status": Status.RUNNING}, duration_seconds=3484.0)
    failed = meetings.upload(owner, "x" * 200)
    why = {"error_code": "out_of_memory", "error_message": "The machine ran out of memory.", "error_hint": "Try again."}
    ended = {"finished_at": utc_now(), "error_retryable": True}
    meetings.change(failed, job=process | {"status": Status.FAILED} | why | ended, duration_seconds=162.0)
    cancelled = meetings.upload(owner, "会议" * 60)
    meetings.change(cancelled, job=process | {"status": Status.CANCELLED} | ended)
    again = meetings.finished(owner, "Written twice")
    recap = meetings.make_recap(again)
    again = meetings.finish(
        again, replace(recap, summary=replace(recap.summary, template="one-on-one", model="m" * 90))
    )
    meetings.change(again, job=process | {"status": Status.RUNNING, "stage": "summarize"})
    waiting = meetings.upload(owner, "Supplier call", num_speakers=2, language="nl")
    made = {"done": done, "warned": warned, "running": running, "failed": failed, "cancelled": cancelled}
    pages = {name: f"/recordings/{each.id}" for name, each in (made | {"waiting": waiting}).items()}
    versions = {"again": f"/recordings/{again.id}", "earlier": f"/recordings/{again.id}?version=1"}
    asked = {"delete": f"/recordings/{failed.id}/delete", "rewrite": f"/recordings/{done.id}/rewrite"}
    return pages | versions | asked


@pytest.fixture(scope="module")
def pages(site: str) -> dict[str, str]:
    """Addresses of all pages, by name."""
    owner = users.find_user(OWNER)
    assert owner is not None
    api_keys.create_api_key(owner, "A program with a rather long name that goes on and on")
    with write() as session:
        session.add(Worker(id="gpu-1", queues="gpu", device="cpu", models={"demo": True}, seen_at=utc_now()))
    fixed = {"library": "/", "upload": "/upload", "account": "/account", "models": "/help/models"}
    return fixed | one_of_each(owner)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_all_pages_are_readable_and_nothing_is_cut_off(
    open_page: OpenPage, pages: dict[str, str], theme: str, width: int
) -> None:
    faults: list[str] = []
    with open_page(width=width, height=844, color_scheme=theme) as page:
        for name, path in pages.items():
            page.goto(path)
            found = looks.faint_texts(page) + looks.small_targets(page) + looks.nameless_controls(page)
            faults += [f"{name}: {each}" for each in found]
            if looks.sideways(page) > 0 or page.locator("h1:visible").count() != 1:
                faults.append(f"{name}: too wide, or not one heading")
    assert faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_strangers_are_readable_too(open_page: OpenPage, theme: str, width: int) -> None:
    with open_page(log_in=False, width=width, color_scheme=theme) as page:
        page.goto("/login")
        assert looks.sideways(page) <= 0
        assert looks.faint_texts(page) == looks.small_targets(page) == looks.nameless_controls(page) == []


def test_the_theme_of_the_account_wins_over_the_system(open_page: OpenPage) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with open_page(color_scheme="light") as page:
        page.goto("/account")
        light = page.evaluate(ground)
        page.get_by_label("Dark").check()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_selector("[data-theme=dark]")
        assert (light, page.evaluate(ground)) == ("rgb(252, 253, 252)", "rgb(16, 20, 19)")


def test_the_fonts_are_our_own(open_page: OpenPage, pages: dict[str, str]) -> None:
    with open_page() as page:
        page.goto(pages["done"])
        page.evaluate("document.fonts.ready")
        loaded = page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)")
        assert {name.strip('"') for name in loaded} == {"Instrument Sans", "Source Serif 4"}


def test_print_shows_recap_and_transcript_without_controls(open_page: OpenPage, pages: dict[str, str]) -> None:
    with open_page() as page:
        page.goto(pages["done"])
        page.emulate_media(media="print")
        assert page.locator(".topbar").is_hidden()
        assert page.locator(".recording-buttons").is_hidden()
        assert page.locator("#recap").is_visible()
        assert page.locator("#transcript").is_visible()


def test_nothing_moves_for_people_who_asked_for_that(open_page: OpenPage, pages: dict[str, str]) -> None:
    with open_page(reduced_motion="reduce") as page:
        page.goto(pages["running"])
        moving = "document.getAnimations().length"
        assert page.evaluate(moving) == 0
        page.goto("/")
        assert page.evaluate(moving) == 0
