"""Steps of real jobs with the real demo models, in this process."""

from __future__ import annotations

import errno
import hashlib
import mmap
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from support.factories import make_user
from support.helpers import SAMPLES

import config
from core.clock import utc_now
from core.database.sessions import read, write
from core.database.tables import Recording, Result, Status, Step, User
from core.jobs import claims, recovery, transitions
from core.recordings import partial_transcript, queries, recaps, speaker_names
from core.recordings.options import UploadOptions
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.intake import ArrivedFile
from pipeline import chain
from pipeline.errors import OutOfMemory
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


def upload(owner: User, path: Path, **wishes: object) -> str:
    incoming = file_store().new_incoming()
    shutil.copy(path, incoming)
    digest = hashlib.sha256(incoming.read_bytes()).hexdigest()
    arrived = ArrivedFile(incoming, path.name, incoming.stat().st_size, digest)
    return intake.take_in(owner, arrived, UploadOptions(**wishes), utc_now()).id


def work() -> int:
    """Run steps until no job waits; how many there were."""
    steps = 0
    stop = mmap.mmap(-1, 1)
    while held := claims.claim("cpu", "w", utc_now(), 60) or claims.claim("gpu", "w", utc_now(), 60):
        step_runner.run(held, config.load(), stop)
        steps += 1
    return steps


def get(recording_id: str) -> Recording:
    found = queries.get(recording_id)
    assert found is not None
    return found


def codes(recording: Recording) -> set[str]:
    return {warning["code"] for warning in recording.warnings}


def test_a_recording_becomes_a_pdf_recap() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav", title="Stand-up")
    assert work() == 3
    recording = get(recording_id)
    assert (recording.job.status, recording.detected_language) == (Status.DONE, "en")
    assert recording.facts["speakers"] == ["Speaker 1", "Speaker 2"]
    assert codes(recording) == {"demo_models", "ollama_unreachable"}
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    assert recap.summary.engine == "extractive"
    assert any("search feature" in point.text for point in recap.summary.decisions)
    coverage = recap.coverage
    assert coverage.audio_seconds == pytest.approx(59.16, abs=0.1)
    assert coverage.transcribed_seconds == coverage.summarized_seconds == coverage.speech_seconds
    pdf = recaps.result_path(recording_id, "pdf", ".pdf")
    assert pdf is not None
    assert pdf.read_bytes().startswith(b"%PDF")


def test_the_same_file_again_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_user("ann")
    upload(owner, SAMPLES / "ten-seconds.wav")
    work()
    for name in ("decode", "find_speech", "transcribe", "attribute"):
        monkeypatch.setattr(chain, name, lambda *_, name=name, **__: pytest.fail(f"{name} was called again"))
    again = upload(owner, SAMPLES / "ten-seconds.wav", title="Another title")
    work()
    assert get(again).job.status == Status.DONE


def test_another_users_upload_of_the_same_file_shares_no_result() -> None:
    first, second = (upload(make_user(name), SAMPLES / "ten-seconds.wav") for name in ("ann", "bob"))
    work()
    paths = [recaps.result_path(one, "audio", ".json") for one in (first, second)]
    assert None not in paths
    assert paths[0] != paths[1]


def test_a_killed_transcription_goes_on_after_the_last_saved_batch(
    settings_of: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(WHISPER_BATCH_SIZE=2)
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav", until="transcribe")
    from pipeline.transcribe import Recognizer

    heard: list[float] = []
    real = Recognizer.decode_batch

    def decode_batch(self: Recognizer, pcm: object, windows: object, options: object) -> object:
        if len(heard) == 4:
            heard.append(-1.0)
            raise SystemExit  # the process ends here, as by a kill: nothing is written any more
        heard.extend(window.start for window in windows)
        return real(self, pcm, windows, options)

    monkeypatch.setattr(Recognizer, "decode_batch", decode_batch)
    with pytest.raises(SystemExit):
        work()
    assert len(partial_transcript.partial_transcript(recording_id)) > 0
    recovery.sweep(utc_now().replace(year=2100))
    work()
    assert get(recording_id).job.status == Status.DONE
    heard.remove(-1.0)
    assert len(heard) == len(set(heard)), "a window was heard twice"


def test_until_transcribe_gives_words_without_speakers() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav", until="transcribe")
    assert work() == 2
    transcript = recaps.load_transcript(recording_id)
    assert transcript is not None
    assert transcript.segments
    assert transcript.speakers == ()
    assert recaps.result_path(recording_id, "pdf", ".pdf") is None


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.mp3", "unsupported_media"),
        (b"<html><body>hello</body></html>" * 50, "page.mp3", "unsupported_media"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "list.mp3", "unsupported_media"),
    ],
)
def test_a_bad_file_fails_with_its_code_and_a_hint(content: bytes, name: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    recording_id = upload(make_user("ann"), path)
    assert work() == 1
    job = get(recording_id).job
    assert (job.status, job.error_code, job.error_retryable) == (Status.FAILED, code, False)
    assert job.error_message
    assert job.error_hint


def test_a_recording_over_the_limit_is_too_long(settings_of: Callable[..., config.Settings]) -> None:
    settings_of(MAX_AUDIO_SECONDS=30)
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    assert get(recording_id).job.error_code == "too_long"


def silent_wav(path: Path, seconds: float) -> Path:
    import wave

    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(8000 * seconds) * 2))
    return path


def test_silence_is_done_with_an_empty_transcript_and_a_warning(tmp_path: Path) -> None:
    recording_id = upload(make_user("ann"), silent_wav(tmp_path / "silence.wav", 120))
    work()
    recording = get(recording_id)
    assert recording.job.status == Status.DONE
    assert "no_speech" in codes(recording)
    assert recaps.load_transcript(recording_id).segments == ()
    assert recaps.result_path(recording_id, "pdf", ".pdf") is not None


def test_a_blink_of_sound_is_too_short(tmp_path: Path) -> None:
    recording_id = upload(make_user("ann"), silent_wav(tmp_path / "blink.wav", 0.05))
    work()
    assert get(recording_id).job.error_code == "too_short"


def test_a_missing_speech_model_is_named_and_can_be_tried_again(settings_of: Callable[..., config.Settings]) -> None:
    settings_of(WHISPER_MODEL="large-v9")
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    job = get(recording_id).job
    assert (job.error_code, job.error_retryable) == ("model_missing", True)
    assert "large-v9" in job.error_message
    settings_of(WHISPER_MODEL="auto")
    step_runner.engines.cache_clear()
    assert transitions.retry(recording_id, utc_now())
    work()
    assert get(recording_id).job.status == Status.DONE


def test_without_a_speaker_model_the_transcript_comes_without_speakers(
    settings_of: Callable[..., config.Settings],
) -> None:
    settings_of(DIARIZATION_MODEL="none")
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    recording = get(recording_id)
    assert recording.job.status == Status.DONE
    assert "diarization_missing" in codes(recording)
    assert recaps.load_transcript(recording_id).speakers == ()


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "storage_full"),
        (OutOfMemory(), "out_of_memory"),
        (ZeroDivisionError("secret words of the meeting"), "internal"),
    ],
)
def test_an_error_inside_fails_the_job_and_keeps_what_was_finished(
    raised: Exception, code: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")

    def explode(*_: object) -> None:
        raise raised

    monkeypatch.setattr(chain, "attribute", explode)
    work()
    assert get(recording_id).job.error_code == code
    assert "secret words" not in caplog.text
    assert partial_transcript.partial_transcript(recording_id)


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def test_a_name_for_a_speaker_makes_the_pdf_anew_and_nothing_else() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    before, files_before = results(recording_id), file_store().stage_keys(utc_now().timestamp() + 60)
    assert speaker_names.give_names(recording_id, {"S1": " Anna \n Kok"}, utc_now())
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

    speaker_names.give_names(recording_id, {"S1": ""}, utc_now())
    work()
    assert get(recording_id).facts["speakers"] == ["Speaker 1", "Speaker 2"]
    assert results(recording_id) == before


def test_a_name_given_while_the_pdf_is_made_is_in_it() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    transitions.retry(recording_id, utc_now(), step=Step.RENDER)
    at_work = claims.claim("cpu", "slow", utc_now(), 60)
    assert at_work is not None
    speaker_names.give_names(recording_id, {"S1": "Anna"}, utc_now())
    assert not transitions.finish(at_work, utc_now())  # it may have read the old name
    assert work() == 1
    assert get(recording_id).facts["speakers"][0] == "Anna"


def test_names_stay_when_the_recap_is_written_again() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    speaker_names.give_names(recording_id, {"S1": "Anna"}, utc_now())
    work()
    transitions.retry(recording_id, utc_now(), step=Step.PROCESS)
    work()
    assert get(recording_id).facts["speakers"][0] == "Anna"


def test_names_do_not_stick_to_people_who_were_told_apart_anew() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    speaker_names.give_names(recording_id, {"S1": "Anna"}, utc_now())
    work()
    with write() as session:
        session.execute(update(Recording).values(num_speakers=3))
    transitions.retry(recording_id, utc_now(), step=Step.PROCESS)
    work()
    assert "Anna" not in get(recording_id).facts["speakers"]


def results(recording_id: str) -> dict[str, str]:
    with read() as session:
        rows = session.scalars(select(Result).where(Result.recording_id == recording_id)).all()
        return {row.kind: row.key for row in rows}
