"""The sound that browsers play, made while a recording is prepared."""

from __future__ import annotations

import errno
import mmap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import pytest
from support.helpers import SAMPLES
from support.worker_jobs import get, results, upload, work

import config
from core.clock import utc_now
from core.database.tables import Status, User
from core.jobs import claims, transitions
from core.recordings import speaker_names
from core.recordings.playback import find_sound, load_peaks
from core.retention import pruning
from core.storage.store import file_store
from pipeline import playback
from pipeline.catalogue import Step
from pipeline.samples import Samples
from pipeline.steps import prepare
from workers import step_runner

pytestmark = pytest.mark.usefixtures("sqlite")

Write = Callable[[Samples, Path, Callable[[float], None]], None]


def prepare_next() -> None:
    """Run the step that a worker of the queue `cpu` would take up."""
    claim = claims.claim("cpu", "w", utc_now(), 60)
    assert claim is not None
    assert claim.step is Step.PREPARE
    step_runner.run(claim, config.load(), mmap.mmap(-1, 1))


def leftovers() -> list[Path]:
    """Temporary files of results."""
    return list(file_store().stages_folder.glob("*/.*"))


def test_a_prepared_recording_can_be_played_as_long_as_it_is_there(owner: User) -> None:
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav")
    assert find_sound(recording_id) is None
    prepare_next()
    pruning.prune(utc_now(), max_bytes=0, max_age_seconds=0)
    path = find_sound(recording_id)
    assert path is not None
    with av.open(str(path)) as container:
        length = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    assert length == pytest.approx(get(recording_id).duration_seconds, abs=0.13)
    assert max(load_peaks(recording_id)) == 100


def test_the_job_goes_on_where_the_encoder_fails_and_says_so_without_words(
    owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(playback, "_MP4", replace(playback._MP4, codec="no-such-codec"))
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav")
    prepare_next()
    assert (get(recording_id).job.status, get(recording_id).job.step) == (Status.QUEUED, Step.LISTEN)
    assert find_sound(recording_id) is None
    assert caplog.text.count("no sound for the player: UnknownCodecError") == 1
    assert leftovers() == []


def test_a_full_disk_fails_the_job_as_it_does_while_decoding(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_samples: Samples, _target: Path, _on_progress: Callable[[float], None]) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(prepare, "write_playback", fill)
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav")
    prepare_next()
    assert (get(recording_id).job.status, get(recording_id).job.error_code) == (Status.FAILED, "storage_full")
    assert leftovers() == []


def test_a_job_that_is_cancelled_while_the_sound_is_made_stops_there(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav")
    write: Write = playback.write_playback

    def write_after_cancelling(samples: Samples, target: Path, on_progress: Callable[[float], None]) -> None:
        assert transitions.cancel(recording_id, utc_now())
        deadline = time.monotonic() + 10

        def report(share: float) -> None:
            while time.monotonic() < deadline:  # a job learns of it with its next report, one a second
                on_progress(share)

        write(samples, target, report)
        pytest.fail("it went on")

    monkeypatch.setattr(prepare, "write_playback", write_after_cancelling)
    prepare_next()
    assert get(recording_id).job.status == Status.CANCELLED
    assert find_sound(recording_id) is None
    assert leftovers() == []


def test_a_recording_from_before_gets_its_sound_when_it_is_processed_again(owner: User) -> None:
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav")
    prepare_next()
    path, before = find_sound(recording_id), results(recording_id)
    assert path is not None
    path.unlink()
    assert transitions.cancel(recording_id, utc_now())
    assert transitions.retry(recording_id, utc_now(), step=Step.PREPARE)
    prepare_next()
    assert find_sound(recording_id) == path
    assert results(recording_id) == before


def test_a_recording_from_before_gets_its_sound_when_its_pdf_is_made_again(owner: User) -> None:
    recording_id = upload(owner, SAMPLES / "standup.wav")
    work()
    sound = find_sound(recording_id)
    assert sound is not None
    sound.unlink()
    speaker_names.set_names(recording_id, {"S1": "Anna"}, utc_now())
    work()
    assert get(recording_id).job.status == Status.DONE
    assert find_sound(recording_id) == sound
