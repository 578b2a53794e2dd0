"""Whole jobs with a vocabulary: it spells transcript and recap, and with a new one the words are heard again."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader
from support.factories import make_user
from support.helpers import SAMPLES
from support.listening import forbid_speech_engines
from support.ollama_server import OllamaServer
from support.worker_jobs import get, results, upload, work

from core.clock import utc_now
from core.database.tables import Status
from core.recordings import recaps, speaker_names
from core.recordings.options import RecapOptions, recap_options_of
from core.storage.store import file_store
from pipeline.recap import Recap, Spelling
from pipeline.recognizer import TranscribeOptions
from pipeline.request import Request
from pipeline.results import make_key
from pipeline.summarize.engine import SummaryOptions
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]

VOCABULARY = "login page -> LoginPage\nKowalski"


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def recap_of(recording_id: str) -> Recap:
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    return recap


def text_of(recap: Recap) -> str:
    return " ".join(segment.text for segment in recap.transcript.segments)


def test_a_vocabulary_spells_transcript_recap_and_pdf_and_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav", language="en", vocabulary=VOCABULARY)
    work()
    recap = recap_of(recording_id)
    assert "postpone the LoginPage if" in text_of(recap)
    spellings = [each for segment in recap.transcript.segments for each in segment.spellings]
    assert [(each.written, each.heard) for each in spellings] == [("LoginPage", "login page")]
    (report,) = [each for each in recap.stages if each.stage == "spelling"]
    assert (report.engine, report.settings) == ("Vocabulary of 2 entries", "1 change, each marked")
    (report,) = [each for each in recap.stages if each.stage == "transcribe"]
    assert report.settings.endswith("2 names and terms as hints where something like them is heard")
    assert recap.vocabulary == VOCABULARY
    assert not any(term in caplog.text for term in ("LoginPage", "login page", "Kowalski"))
    pdf = recaps.result_path(recording_id, "pdf", ".pdf")
    assert pdf is not None
    pages = " ".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert "are spelled by the vocabulary: see Provenance." in pages
    assert re.search(r"Written\s+Heard\s+\S+\s+LoginPage\s+login page", pages), "what was heard is listed"
    path = file_store().find(results(recording_id)["transcribe"], ".json")
    assert path is not None
    assert "LoginPage" not in json.dumps(json.loads(path.read_text())["result"]["windows"]), "the words stay as heard"


def test_a_recap_written_again_with_another_vocabulary_is_heard_again_and_the_old_one_stays() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav", language="en")
    work()
    plain, before = recap_of(recording_id), results(recording_id)
    assert "login page" in text_of(plain)
    speaker_names.set_names(recording_id, {"S1": "Anna"}, utc_now())
    work()
    named = recap_of(recording_id)
    options = replace(recap_options_of(get(recording_id)), vocabulary="login page -> LoginPage")
    assert recaps.rewrite(recording_id, options, utc_now())
    work()
    recording = get(recording_id)
    assert (recording.job.status, recording.vocabulary) == (Status.DONE, "login page -> LoginPage")
    assert "LoginPage" in text_of(recap_of(recording_id))
    assert recap_of(recording_id).transcript.name_of("S1") == "Anna", "names stay"
    after = results(recording_id)
    assert after["transcribe"] != before["transcribe"], "its hints are others"
    assert (after["speech"], after["diarize"]) == (before["speech"], before["diarize"]), "the rest is found"
    assert recaps.rewrite(recording_id, RecapOptions(), utc_now())
    work()
    assert recap_of(recording_id).transcript == named.transcript
    assert results(recording_id)["transcribe"] == before["transcribe"], "found, not computed"


def test_with_the_same_vocabulary_nothing_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav", language="en", vocabulary="a b -> c")
    work()
    forbid_speech_engines(monkeypatch)
    options = replace(recap_options_of(get(recording_id)), template="interview")
    assert recaps.rewrite(recording_id, options, utc_now())
    assert work() == 2
    assert get(recording_id).job.status == Status.DONE


def test_a_language_model_is_told_how_names_are_spelled(server: OllamaServer) -> None:
    upload(make_user("ann"), SAMPLES / "ten-seconds.wav", language="en", vocabulary="login page -> LoginPage\nKowalski")
    work()
    systems = [call["messages"][0]["content"] for call in server.chats]
    assert systems
    assert all("Spell names and terms so where they occur: LoginPage, Kowalski." in each for each in systems)


def test_without_a_vocabulary_all_keys_are_those_of_before() -> None:
    assert TranscribeOptions("en").for_key() == {
        "language": "en",
        "beam_size": 5,
        "max_compression_ratio": 2.4,
        "min_avg_logprob": -1.0,
    }
    assert make_key("transcribe", TranscribeOptions("en", terms=("A",)).for_key()) != make_key(
        "transcribe", TranscribeOptions("en").for_key()
    )
    assert SummaryOptions().terms == ()
    assert Request.__dataclass_fields__["vocabulary"].default == ""
    assert Spelling(0, "A", "b").heard == "b"
