"""Names and terms in the browser: kept for the account, used at the upload, and marked in the transcript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page
from support import meetings
from support import page_checks as looks

from core.accounts import users
from core.database.tables import Recording, User
from core.recordings import library, queries
from pipeline.vocabulary.entries import parse_vocabulary
from pipeline.vocabulary.spelling import spell_transcript

OpenPage = Callable[..., Any]
VOCABULARY = "Kowalski\nprice list -> PriceList"


@pytest.fixture
def spelled(owner: User) -> Recording:
    """A recording with its recap, in whose transcript a vocabulary changed words."""
    recording = meetings.upload(owner, "Launch", vocabulary=VOCABULARY)
    recap = meetings.make_recap(recording)
    transcript = spell_transcript(recap.transcript, parse_vocabulary(VOCABULARY))
    return meetings.finish(recording, replace(recap, transcript=transcript, vocabulary=VOCABULARY))


def is_seen(element: Locator) -> bool:
    """Whether an element is what a reader sees where it stands: not hidden, not cut off."""
    return bool(
        element.evaluate(
            """each => {
                const { x, y, width, height } = each.getBoundingClientRect();
                return width > 50 && document.elementFromPoint(x + width / 2, y + height / 2) === each;
            }"""
        )
    )


def faults(page: Page) -> list[str]:
    return [fault for find in (looks.faint_texts, looks.small_targets, looks.nameless_controls) for fault in find(page)]


def test_names_of_the_account_are_offered_for_an_upload_and_changed_for_it(
    open_page: OpenPage, owner: User, tmp_path: Path
) -> None:
    sound = tmp_path / "talk.wav"
    sound.write_bytes(b"RIFF" * 250)
    with open_page() as page:
        page.goto("/account")
        page.get_by_role("textbox", name="Names and terms").fill("Kowalski\n\nGrafana")
        page.get_by_role("button", name="Save list").click()
        assert page.get_by_text("Your names and terms have been saved.").is_visible()
        assert page.get_by_role("textbox", name="Names and terms").input_value() == "Kowalski\nGrafana"
        assert faults(page) == []
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(sound)
        field = page.locator(".upload").get_by_label("Names and terms")
        assert field.is_hidden()
        page.locator("summary", has_text="More options").locator("visible=true").click()
        assert field.input_value() == "Kowalski\nGrafana"
        field.fill("\n".join(f"Longer name {n}" for n in range(190)))  # longer than a header may be
        assert faults(page) == []
        page.get_by_role("button", name="Upload", exact=True).click()
        page.wait_for_url("**/recordings/*")
    (found,) = library.find_page(owner.id, library.View(), 9)
    assert (found.vocabulary or "").count("\n") == 189
    users.set_vocabulary(owner.id, "")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_changed_word_tells_what_was_heard_on_hover_and_on_focus(
    open_page: OpenPage, spelled: Recording, scripts: bool
) -> None:
    with open_page(java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{spelled.id}")
        word = page.locator(".spelled", has_text="PriceList").first
        heard = word.locator(".heard")
        assert heard.inner_text().strip() == "(heard: price list)"
        assert heard.bounding_box()["width"] <= 1
        word.hover()
        assert is_seen(heard)
        page.mouse.move(0, 0)
        assert not is_seen(heard)
        word.focus()
        assert is_seen(heard)
        if scripts:
            assert faults(page) == []
            assert looks.sideways(page) <= 0


def test_a_recap_is_written_again_with_other_names(open_page: OpenPage, spelled: Recording) -> None:
    with open_page() as page:
        page.goto(f"/recordings/{spelled.id}")
        page.get_by_label("More", exact=True).click()
        page.get_by_text("Write again…").click()
        page.locator("dialog summary", has_text="Names and terms").click()
        field = page.locator("dialog").get_by_label("Names and terms")
        assert field.input_value() == VOCABULARY
        field.fill("Grafana")
        assert faults(page) == []
        page.get_by_role("button", name="Write again", exact=True).click()
        page.wait_for_url("**/recordings/*")
    found = queries.get(spelled.id)
    assert found is not None
    assert found.vocabulary == "Grafana"
