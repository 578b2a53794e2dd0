"""Steps of real jobs with the real demo models, in this process."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from support.factories import make_user
from support.helpers import SAMPLES
from support.listening import forbid_listening
from support.worker_jobs import codes, get, upload, work

import config
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import recovery, transitions
from core.recordings import partial_transcript, recaps
from pipeline.errors import OutOfMemory
from pipeline.steps import speakers
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


def test_a_recording_becomes_a_pdf_recap() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav", title="Stand-up")
    assert work() == 4
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
    forbid_listening(monkeypatch)
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
    from pipeline.engines.faster_whisper.engine import WhisperRecognizer

    heard: list[float] = []
    real = WhisperRecognizer.decode_batch

    def decode_batch(self: WhisperRecognizer, pcm: object, windows: object, options: object) -> object:
        if len(heard) == 4:
            heard.append(-1.0)
            raise SystemExit  # the process ends here, as by a kill: nothing is written any more
        heard.extend(window.start for window in windows)
        return real(self, pcm, windows, options)

    monkeypatch.setattr(WhisperRecognizer, "decode_batch", decode_batch)
    monkeypatch.setattr(WhisperRecognizer, "workers", 1)  # others would go on after such an end
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

    monkeypatch.setattr(speakers, "assign_speakers", explode)
    work()
    assert get(recording_id).job.error_code == code
    assert "secret words" not in caplog.text
    assert partial_transcript.partial_transcript(recording_id)


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()
