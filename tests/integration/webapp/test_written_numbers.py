"""Numbers on the page and in the API: as people write them, with what was said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program

from core.database.tables import Recording, User
from pipeline.numbers.find import write_numbers


@pytest.fixture
def recording(alice: User) -> Recording:
    recording = meetings.upload(alice, "Launch")
    recap = meetings.make_recap(recording)
    return meetings.finish(recording, replace(recap, transcript=write_numbers(recap.transcript)))


def test_the_page_shows_numbers_in_digits_with_what_was_said(browser: FlaskClient, recording: Recording) -> None:
    page = browser.get(f"/recordings/{recording.id}").text
    assert 'tabindex="0">40,000<span class="heard"> (said: forty thousand)</span>' in page
    assert "budget of forty thousand" not in page


def test_the_api_has_text_and_words_as_said_with_the_numbers_beside_them(
    program: Program, recording: Recording
) -> None:
    segments = program.get(f"/recordings/{recording.id}/transcript").json["segments"]
    numbers = [(one, number) for one in segments for number in one["numbers"]]
    assert ("forty thousand", "40,000") in [(number["said"], number["written"]) for _, number in numbers]
    for one, number in numbers:
        assert one["text"][number["position"] :].startswith(number["said"])
        assert [word["text"] for word in one["words"]] == one["text"].split()
