"""Voices on the account page, and the names that they propose on the page of a recording and in the API."""

from __future__ import annotations

from array import array

import pytest
from flask.testing import FlaskClient
from support.known_voices import finish_with_voices, transcript_key
from support.visitors import Program, token_of

from core.clock import utc_now
from core.database.tables import Recording, User
from core.recordings import library, recaps, speaker_names, voice_prints


@pytest.fixture
def new(alice: User) -> Recording:
    """A recording with a voice that was named in an earlier one."""
    voice_prints.set_keeps_voices(alice.id, True)
    earlier = finish_with_voices(alice, "Earlier", (1.0, 0.0), (0.0, 1.0))
    speaker_names.set_names(earlier.id, {"s1": "Zoë <b>"}, utc_now())
    return finish_with_voices(alice, "New", (0.0, 1.0), (1.0, 0.0))


def test_the_page_proposes_a_name_and_takes_it_with_one_button(browser: FlaskClient, new: Recording) -> None:
    page = browser.get(f"/recordings/{new.id}").text
    assert "Sounds like <strong>Zoë &lt;b&gt;</strong>" in page
    assert page.count("Sounds like") == 1
    browser.post(f"/recordings/{new.id}/speakers", data={"s2": "Zoë <b>"})
    recap = recaps.load_recap(new.id)
    assert recap is not None
    assert recap.transcript.name_of("s2") == "Zoë <b>"
    assert "Sounds like" not in browser.get(f"/recordings/{new.id}").text


def test_the_api_lists_proposals_to_the_owner_only(program: Program, new: Recording, stranger: Program) -> None:
    items = program.get(f"/recordings/{new.id}/voices").json["items"]
    assert items == [{"speaker": "s2", "name": "Zoë <b>", "confidence": 1.0}]
    assert stranger.get(f"/recordings/{new.id}/voices").status_code == 404


def test_voices_are_kept_only_after_consent_and_forgotten_with_one_click(
    browser: FlaskClient, alice: User, new: Recording
) -> None:
    page = browser.get("/account").text
    assert 'name="keeps_voices" value="yes" checked' in page
    assert "Zoë &lt;b&gt;" in page
    token = token_of(page)
    answer = browser.post("/account/voices/forget", data={"csrf_token": token, "name": "Zoë <b>"})
    assert answer.status_code == 302
    assert voice_prints.list_known(alice.id) == {}
    assert browser.post("/account/voices/forget", data={"csrf_token": token, "name": "Nobody"}).status_code == 404
    browser.post("/account/voices", data={"csrf_token": token})
    assert not voice_prints.wants_voices(alice.id)
    recording = finish_with_voices(alice, "After", (1.0, 0.0))
    assert voice_prints.propose(alice.id, recording.id, transcript_key(recording)) == {}


def test_a_voice_of_another_model_proposes_nothing(alice: User, new: Recording) -> None:
    vector = array("f", (1.0, 0.0, 0.0)).tobytes()
    voice_prints.keep_prints(new.id, transcript_key(new), "another model", {"s1": vector, "s2": vector})
    assert voice_prints.propose(alice.id, new.id, transcript_key(new)) == {}


def test_a_recording_that_was_heard_again_keeps_its_newest_voices_only(alice: User, new: Recording) -> None:
    vector = array("f", (0.0, 1.0)).tobytes()
    earlier = next(each for each in library.find_page(alice.id, library.View(), 10) if each.title == "Earlier")
    speaker_names.set_names(earlier.id, {"s1": "", "s2": "Ben"}, utc_now())
    voice_prints.keep_prints(earlier.id, "another transcript", "model", {"s2": vector})
    assert voice_prints.list_known(alice.id) == {}
    assert voice_prints.propose(alice.id, new.id, transcript_key(new)) == {}
