"""Choosing what a recap is like, writing it again, and going back: by mouse, by keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from support import meetings
from support import page_checks as looks
from support.proven_recaps import DECISION, TASK, with_proofs

from core.accounts import users
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Status, User, Worker
from core.jobs import claims, transitions
from core.recordings import library, options, queries, recap_templates
from core.recordings.options import RecapOptions
from core.retention import deletion
from pipeline.catalogue import Step
from pipeline.recap import Notice

OWNER, ADMIN, PASSWORD = "anna.kuiper@example.org", "boss@example.org", "four words of length"
OpenPage = Callable[..., Any]
MODELS = {"ollama": {"models": ["llama3.1:8b", "qwen3:8b"], "default": "llama3.1:8b"}}
FAULTLESS: tuple[Callable[[Page], list[str]], ...] = (looks.faint_texts, looks.small_targets, looks.nameless_controls)


@pytest.fixture
def owner(site: str) -> User:
    """The account of the browser, with an empty library; a worker knows two language models."""
    found = users.find_user(OWNER)
    assert found is not None
    for each in library.find_page(found.id, library.View(), 100):
        deletion.remove_recording(each.id)
    with write() as session:
        session.merge(Worker(id="gpu-1", queues="gpu", device="cpu", models=MODELS, seen_at=utc_now()))
        session.merge(Worker(id="cpu-1", queues="cpu", device="cpu", models={}, seen_at=utc_now()))
    return found


@pytest.fixture
def admin(site: str) -> User:
    """An administrator."""
    return users.find_user(ADMIN) or users.create_user(ADMIN, PASSWORD, is_admin=True)


def written(owner: User, title: str, times: int = 1) -> Recording:
    """A recording whose recap was written so often, each time with another first decision."""
    recording = meetings.upload(owner, title)
    for number in range(1, times + 1):
        recording = finish(recording, number)
    return recording


def finish(recording: Recording, number: int) -> Recording:
    recap = meetings.make_recap(recording)
    first, *others = recap.summary.decisions
    decisions = (replace(first, text=f"Decision of recap {number}."), *others)
    return meetings.finish(recording, replace(recap, summary=replace(recap.summary, decisions=decisions)))


def check_looks(page: Page) -> None:
    assert [fault for find in FAULTLESS for fault in find(page)] == []
    assert looks.sideways(page) <= 0


def choices_of(recording: Recording) -> RecapOptions:
    found = queries.get(recording.id)
    assert found is not None
    return options.recap_options_of(found)


def sound(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"RIFF" * 250)
    return path


def test_more_can_be_chosen_for_an_upload(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    words = "会" * 1500  # longer than a header may be
    with open_page() as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(sound(tmp_path, "talk.wav"))
        own_words = page.locator(".upload").get_by_label("What should this recap focus on?")
        assert own_words.is_hidden()
        page.get_by_role("combobox", name="Recap").select_option(label="Council minutes")
        page.locator("summary", has_text="More options").locator("visible=true").click()
        assert page.locator("p[data-about]:visible").inner_text().startswith("Motions, votes")
        page.get_by_role("combobox", name="Written in").select_option(label="Dutch")
        page.get_by_role("combobox", name="Written by").select_option("qwen3:8b")
        own_words.fill(words)
        check_looks(page)
        page.get_by_role("button", name="Upload", exact=True).click()
        page.wait_for_url("**/recordings/*")
    (found,) = library.find_page(owner.id, library.View(), 9)
    assert options.recap_options_of(found) == RecapOptions("council", "nl", "qwen3:8b", words)


def test_a_custom_prompt_without_words_is_told_before_a_byte_is_sent(
    open_page: OpenPage, owner: User, tmp_path: Path
) -> None:
    with open_page(expected=(422,)) as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(sound(tmp_path, "talk.wav"))
        page.get_by_role("combobox", name="Recap").select_option(label="Custom prompt")
        page.get_by_role("button", name="Upload", exact=True).click()
        page.get_by_text("A custom prompt needs a text").wait_for()
    assert library.find_page(owner.id, library.View(), 9) == []


def test_the_recap_is_written_again_by_keyboard_alone(open_page: OpenPage, owner: User) -> None:
    recording = written(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_label("More").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Write again…"
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Write the recap again")
        dialog.wait_for()
        check_looks(page)
        page.keyboard.press("Escape")
        assert dialog.is_hidden()

        page.get_by_label("More").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.name") == "template"
        page.keyboard.type("Lec")
        assert page.locator("dialog p[data-about]").inner_text().startswith("The subject, its main points")
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.type("The sums.")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Names and terms"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Cancel"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("The recap will be written again").wait_for()
        assert page.get_by_text("Decision of recap 1.").is_visible()
    assert choices_of(recording) == RecapOptions(template="lecture", instructions="The sums.")
    transitions.cancel(recording.id, utc_now())


def test_the_old_recap_is_read_until_the_new_one_is_there(open_page: OpenPage, owner: User) -> None:
    recording = written(owner, "Launch")
    at_work = {"status": Status.RUNNING, "stage": "summarize", "step": Step.LISTEN, "queue": "gpu"}
    with open_page(height=600) as page:
        meetings.change(recording, job=at_work | {"progress": 0.2})
        page.goto(f"/recordings/{recording.id}")
        page.evaluate("window.sameDocument = true")
        page.locator("#progress progress[value='20']").wait_for()
        page.get_by_role("tab", name="Details").click()
        page.locator("#transcript").evaluate("pane => pane.scrollTo(0, 400)")
        meetings.change(recording, job={"progress": 0.7})
        page.locator("#progress progress[value='70']").wait_for()
        check_looks(page)
        assert page.get_by_role("link", name="Download PDF").is_visible()
        meetings.change(recording, job={"stage": "render", "progress": 0.0})
        page.locator("#progress", has_text="Making the PDF").wait_for()
        finish(recording, 2)
        page.locator(".versions").wait_for(state="attached")
        assert page.locator("#progress").count() == 0
        assert page.evaluate("window.sameDocument") is True
        assert page.locator("#announcer").inner_text() == "The recap is ready"
        assert page.get_by_text("SHA-256").is_visible(), "the tab that was open is still"
        assert page.locator("#transcript").evaluate("pane => pane.scrollTop") == 400
        page.get_by_role("tab", name="Recap").click()
        assert page.get_by_text("Decision of recap 2.").is_visible()


def test_an_earlier_version_is_looked_at_and_used(open_page: OpenPage, owner: User) -> None:
    recording = written(owner, "Launch", times=3)
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_text("Version 3 of 3").click()
        check_looks(page)
        page.get_by_role("link", name="Version 1").click()
        page.get_by_text("This is an earlier version").wait_for()
        assert page.get_by_text("Decision of recap 1.").is_visible()
        page.get_by_role("link", name="Back to the latest version").click()
        page.get_by_text("Decision of recap 3.").wait_for()
        page.get_by_text("Version 3 of 3").click()
        page.keyboard.press("Escape")
        assert page.get_by_role("link", name="Version 1").is_hidden()
        page.goto(f"/recordings/{recording.id}?version=1")
        page.get_by_role("button", name="Use this version").click()
        page.get_by_text("Making the PDF").wait_for()
        claim = claims.claim("cpu", "w", utc_now(), 60)
        assert claim is not None
        assert claim.recording_id == recording.id
        transitions.note_result(claim, "pdf", "ab" * 32)
        transitions.finish(claim, utc_now())
        page.get_by_text("Decision of recap 1.").wait_for()
        assert page.get_by_text("Version 1 of 3").is_visible()


def test_a_rewrite_that_failed_can_be_let_be(open_page: OpenPage, owner: User) -> None:
    recording = written(owner, "Launch")
    why = {"error_code": "timeout", "error_message": "The work took too long.", "error_hint": "Try it later."}
    over = {"status": Status.FAILED, "step": Step.LISTEN, "queue": "gpu", "finished_at": utc_now()}
    meetings.change(recording, job=over | why | {"error_retryable": True})
    for width in (1280, 390):
        with open_page(width=width) as page:
            page.goto(f"/recordings/{recording.id}")
            assert page.get_by_text("The work took too long. Try it later. This is the current recap.").is_visible()
            check_looks(page)
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("button", name="Keep this recap").click()
        page.get_by_text("Making the PDF").wait_for()
    transitions.cancel(recording.id, utc_now())


def test_ollama_away_is_told_and_one_press_writes_again(open_page: OpenPage, owner: User) -> None:
    recording = meetings.upload(owner, "Launch")
    recap = meetings.make_recap(recording, engine="extractive")
    reason = Notice("ollama_unreachable", "The summary was put together from quotes. Nobody answered.", "Write again.")
    meetings.finish(recording, replace(recap, warnings=(reason,)))
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        assert page.get_by_text("Nobody answered.").is_visible()
        page.get_by_role("button", name="Write the recap again").click()
        page.get_by_text("The recap will be written again").wait_for()
    transitions.cancel(recording.id, utc_now())


def test_everything_works_without_scripts(open_page: OpenPage, owner: User) -> None:
    recording = written(owner, "Launch", times=2)
    with open_page(java_script_enabled=False, expected=(422,)) as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_text("Version 2 of 2").click()
        page.get_by_role("link", name="Version 1").click()
        assert page.get_by_text("Decision of recap 1.").is_visible()
        page.get_by_role("link", name="Back to the latest version").click()
        page.get_by_label("More").click()
        page.get_by_role("link", name="Write again…").click()
        page.get_by_role("combobox", name="Recap").select_option(label="Custom prompt")
        page.get_by_role("button", name="Write again").click()
        assert page.get_by_text("A custom prompt needs a text").is_visible()
        page.get_by_label("What should this recap focus on?").fill("The sums.")
        page.get_by_role("button", name="Write again").click()
        assert page.get_by_text("The recap will be written again").is_visible()
        assert page.get_by_text("Decision of recap 2.").is_visible()
        assert page.get_by_role("link", name="Refresh").is_visible()
    assert choices_of(recording) == RecapOptions(template="custom", instructions="The sums.")
    transitions.cancel(recording.id, utc_now())


def test_an_administrator_looks_after_templates(open_page: OpenPage, owner: User, admin: User) -> None:
    for theme, width in (("light", 1280), ("dark", 390)):
        with open_page(log_in=False, expected=(422,), color_scheme=theme, width=width) as page:
            page.goto("/login")
            page.get_by_label("E-mail").fill(ADMIN)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.get_by_label("Account of").click()
            page.get_by_role("link", name="Templates").click()
            page.get_by_text("No templates have been added yet.").wait_for()
            check_looks(page)
            page.get_by_role("link", name="Add a template").click()
            page.get_by_label("Title").fill("Meeting")
            page.get_by_label("What should the recap focus on?").fill("Each defect with its place. " * 20)
            page.get_by_role("button", name="Add").click()
            page.get_by_text("of this title already").wait_for()
            check_looks(page)
            page.get_by_label("Title").fill("Site visit")
            page.get_by_role("button", name="Add").click()
            page.wait_for_url("**/admin/templates")
            check_looks(page)
            page.get_by_role("link", name="Edit Site visit").click()
            page.wait_for_url("**/admin/templates/*")
            check_looks(page)
            page.get_by_label("Title").fill("Visits")
            page.get_by_role("button", name="Save").click()
            page.get_by_role("link", name="Delete Visits").click()
            page.wait_for_url("**/delete")
            check_looks(page)
            page.get_by_role("button", name="Delete").click()
            page.get_by_text("No templates have been added yet.").wait_for()
    assert recap_templates.list_added() == []


def test_who_is_no_administrator_has_no_such_link(open_page: OpenPage, owner: User) -> None:
    with open_page(expected=(403,)) as page:
        page.get_by_label("Account of").click()
        assert page.get_by_role("link", name="Templates").count() == 0
        page.goto("/admin/templates")
        assert page.get_by_text("Only an administrator").is_visible()


def test_the_line_stands_beside_a_point_in_the_models_words(open_page: OpenPage, owner: User) -> None:
    recording = meetings.upload(owner, "Launch planning")
    meetings.finish(recording, with_proofs(meetings.make_recap(recording)))
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        decision = page.locator(".point.decisions", has_text=DECISION)
        assert "We decided to postpone the product launch" in decision.locator("blockquote").inner_text()
        task = page.locator(".point.action_items", has_text=TASK)
        assert task.locator("[data-proof=anchored]").is_visible()
        assert "owner and due date by the language model" in task.inner_text()
        assert page.get_by_text("on Monday (23 November)").is_visible()
        quote = page.locator(".point.action_items", has_text="Ben, please talk to the supplier")
        assert quote.locator("blockquote").count() == 0
        check_looks(page)
