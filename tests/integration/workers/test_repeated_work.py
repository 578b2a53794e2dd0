"""Work that is repeated on a finished recording: renamed speakers, a rewritten recap, speakers added later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, update
from support.factories import make_user
from support.helpers import SAMPLES
from support.listening import forbid_speech_engines
from support.worker_jobs import codes, get, results, upload, work

import config
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Result, Status
from core.jobs import claims, transitions
from core.recordings import recaps, speaker_names
from core.recordings.options import RecapOptions
from core.retention import pruning
from core.storage.store import file_store
from pipeline.catalogue import Step
from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def test_a_name_for_a_speaker_makes_the_pdf_anew_and_nothing_else() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    before, files_before = results(recording_id), file_store().stage_keys(utc_now().timestamp() + 60)
    assert speaker_names.set_names(recording_id, {"S1": " Anna \n Kok"}, utc_now())
    assert get(recording_id).job.step == Step.RENDER
    assert work() == 1
    after = results(recording_id)
    assert {kind for kind in after if after[kind] != before[kind]} == {"pdf"}
    assert file_store().stage_keys(utc_now().timestamp() + 60) - files_before == {after["pdf"]}
    recording = get(recording_id)
    assert (recording.job.status, recording.facts["speakers"]) == (Status.DONE, ["Anna Kok", "Speaker 2"])
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    assert recap.transcript.name_of("S1") == "Anna Kok"
    pdf = recaps.result_path(recording_id, "pdf", ".pdf")
    assert pdf is not None
    assert "Anna Kok" in PdfReader(pdf).pages[0].extract_text()

    speaker_names.set_names(recording_id, {"S1": ""}, utc_now())
    work()
    assert get(recording_id).facts["speakers"] == ["Speaker 1", "Speaker 2"]
    assert results(recording_id) == before


def test_a_name_given_while_the_pdf_is_made_is_in_it() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    transitions.retry(recording_id, utc_now(), step=Step.RENDER)
    at_work = claims.claim("cpu", "slow", utc_now(), 60)
    assert at_work is not None
    speaker_names.set_names(recording_id, {"S1": "Anna"}, utc_now())
    assert not transitions.finish(at_work, utc_now())  # it may have read the old name
    assert work() == 1
    assert get(recording_id).facts["speakers"][0] == "Anna"


def test_names_stay_when_the_recap_is_written_again() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    speaker_names.set_names(recording_id, {"S1": "Anna"}, utc_now())
    work()
    transitions.retry(recording_id, utc_now(), step=Step.LISTEN)
    work()
    assert get(recording_id).facts["speakers"][0] == "Anna"


def test_a_recap_is_written_again_after_all_caches_went_and_no_speech_engine_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav", language="en")
    work()
    transcript = recaps.load_transcript(recording_id)
    removed, _ = pruning.prune(utc_now() + timedelta(days=400), max_bytes=0, max_age_seconds=0)
    assert removed >= 2, "the samples and the summary are caches"
    assert not list(file_store().stages_folder.glob("*/*.f16"))
    step_runner.engines.cache_clear()
    forbid_speech_engines(monkeypatch)
    assert recaps.rewrite(recording_id, RecapOptions(template="interview"), utc_now())
    assert work() == 2
    assert get(recording_id).job.status == Status.DONE
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    assert (recap.transcript, recap.summary.template) == (transcript, "interview")


def test_a_recording_of_version_0_1_is_written_again_from_its_recap(monkeypatch: pytest.MonkeyPatch) -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    before = recaps.load_recap(recording_id)
    assert before is not None
    with write() as session:  # that version stored nothing at the end of this step
        session.execute(delete(Result).where(Result.kind.in_(("listen", "summary"))))
    forbid_speech_engines(monkeypatch)
    step_runner.engines.cache_clear()
    assert recaps.rewrite(recording_id, RecapOptions(), utc_now())
    assert work() == 2
    assert recaps.load_recap(recording_id) == before


def test_speakers_are_added_without_recognising_the_words_again(
    settings_of: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(DIARIZATION_MODEL="none")
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    words = [word.text for segment in recaps.load_transcript(recording_id).segments for word in segment.words]
    assert "diarization_missing" in codes(get(recording_id))
    settings_of(DIARIZATION_MODEL="auto")
    pruning.prune(utc_now() + timedelta(days=400), max_bytes=0, max_age_seconds=0)
    step_runner.engines.cache_clear()
    monkeypatch.setattr(WhisperRecognizer, "_load", lambda *_: pytest.fail("the recogniser was loaded"))
    assert transitions.retry(recording_id, utc_now(), step=Step.LISTEN)
    work()
    after = recaps.load_transcript(recording_id)
    assert [word.text for segment in after.segments for word in segment.words] == words
    assert len(after.speakers) == 2
    assert "diarization_missing" not in codes(get(recording_id))


def test_names_do_not_stick_to_people_who_were_told_apart_anew() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    speaker_names.set_names(recording_id, {"S1": "Anna"}, utc_now())
    work()
    with write() as session:
        session.execute(update(Recording).values(num_speakers=3))
    transitions.retry(recording_id, utc_now(), step=Step.LISTEN)
    work()
    assert "Anna" not in get(recording_id).facts["speakers"]
