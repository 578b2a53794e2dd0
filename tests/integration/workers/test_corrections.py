"""What people corrected, told to the language model that writes the recap again."""

from __future__ import annotations

import pytest
from support.factories import make_user
from support.helpers import SAMPLES
from support.ollama_server import OllamaServer
from support.worker_jobs import results, upload, work

from core.clock import utc_now
from core.recordings import edits, recaps
from core.recordings.options import RecapOptions
from pipeline.edits.replacement import Replacement
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def systems(server: OllamaServer) -> list[str]:
    return [call["messages"][0]["content"] for call in server.chats]


def test_a_recap_that_is_written_again_is_told_what_was_corrected(server: OllamaServer) -> None:
    owner = make_user("ann")
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav", language="en")
    work()
    before, asked = results(recording_id), len(server.chats)
    assert not any("corrected" in each for each in systems(server))
    words = Replacement("login page", "LoginPage", "both", True)
    edits.replace_words(recording_id, owner.id, {**words.to_plain(), "places": 1}, 0, utc_now())
    work()
    assert recaps.rewrite(recording_id, RecapOptions(), utc_now())
    work()
    told = systems(server)[asked:]
    assert told
    assert all('not "login page" but "LoginPage".' in each for each in told)
    assert results(recording_id)["summary"] != before["summary"]
    edits.undo(recording_id, owner.id, None, None, utc_now())
    work()
    asked = len(server.chats)
    assert recaps.rewrite(recording_id, RecapOptions(), utc_now())
    work()
    assert len(server.chats) == asked, "without corrections the summary is the one of before: found, not written"
    assert results(recording_id)["summary"] == before["summary"]
