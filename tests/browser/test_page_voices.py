"""A name that a voice proposes, on the page of a recording, and the voices of the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.known_voices import finish_with_voices

from core.clock import utc_now
from core.database.tables import User
from core.recordings import recaps, speaker_names, voice_prints

OpenPage = Callable[..., Any]


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)])
def test_a_proposed_name_is_taken_with_one_button(open_page: OpenPage, owner: User, width: int, scripts: bool) -> None:
    voice_prints.set_keeps_voices(owner.id, True)
    earlier = finish_with_voices(owner, "Earlier", (1.0, 0.0), (0.0, 1.0))
    speaker_names.set_names(earlier.id, {"s1": "Zoë de Wit"}, utc_now())
    recording = finish_with_voices(owner, "New", (0.0, 1.0), (1.0, 0.0))
    with open_page(width=width, java_script_enabled=scripts) as page:
        page.goto(f"/recordings/{recording.id}#speakers")
        proposal = page.locator(".speaker-proposal")
        assert "Sounds like Zoë de Wit" in proposal.inner_text()
        if scripts:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with page.expect_navigation():
            proposal.get_by_role("button", name="It is Zoë de Wit").click()
        assert page.locator(".speaker-proposal").count() == 0
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    assert recap.transcript.name_of("s2") == "Zoë de Wit"


@pytest.mark.parametrize("width", [1280, 390])
def test_voices_are_allowed_listed_and_forgotten_on_the_account_page(
    open_page: OpenPage, owner: User, width: int
) -> None:
    voice_prints.set_keeps_voices(owner.id, False)
    with open_page(width=width) as page:
        page.goto("/account")
        page.get_by_label("Keep voices").check()
        with page.expect_navigation():
            page.locator("section", has=page.get_by_role("heading", name="Voices")).get_by_role(
                "button", name="Save consent"
            ).click()
        assert page.get_by_label("Keep voices").is_checked()
        earlier = finish_with_voices(owner, "Earlier", (1.0, 0.0), (0.0, 1.0))
        speaker_names.set_names(earlier.id, {"s1": "Zoë de Wit"}, utc_now())
        page.goto("/account")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with page.expect_navigation():
            page.get_by_role("button", name="Forget the voice of Zoë de Wit").click()
        assert page.get_by_text("The voice is forgotten.").is_visible()
    assert voice_prints.list_known(owner.id) == {}
