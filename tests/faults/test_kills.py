"""SIGKILL to the child, to the worker, to both, at the boundaries between and inside stages."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from io import BytesIO

import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, until
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import transitions
from core.recordings import recaps
from pipeline.recap import Recap, from_json

pytestmark = pytest.mark.speech

#: Every third kill without newly saved work ends a job, so each recording meets two between savings.
CHILD_DIES_AT = [
    (
        "claim:after", "audio.f32:written", "advance:before", "speech:compute", "speech.json:synced",
        "hear", "transcribe.part:written", "transcribe.json:begin", "diarize:compute", "diarize.json:linked",
        "transcript:computed", "summary:compute", "recap.json:written", "pdf.pdf:begin", "finish:before",
    ),
    (
        "enter_stage:before", "audio.f32:linked", "advance:after", "speech:computed", "speech.json:linked",
        "transcribe.part:synced", "transcribe.json:linked", "diarize:computed", "diarize.json:written",
        "transcript.json:synced", "summary.json:linked", "recap.json:published", "pdf.pdf:linked", "finish:after",
    ),
]  # fmt: skip


def words_of(recording_id: str) -> list[str]:
    transcript = recaps.load_transcript(recording_id)
    assert transcript is not None
    return [segment.text for segment in transcript.segments]


@pytest.mark.parametrize("places", CHILD_DIES_AT, ids=["first", "second"])
def test_a_child_killed_at_many_boundaries_costs_a_batch_each_at_most(rig: Rig, places: Sequence[str]) -> None:
    whole = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    rig.wait_final(whole)
    for place in places:
        rig.arm(place, "child")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.armed() == set()
    assert rig.job(recording_id).status == Status.DONE
    assert words_of(recording_id) == words_of(whole)
    until(lambda: rig.child("w") and not rig.redis.llen("cpu"), 20)
    assert check(rig, [whole, recording_id], kills=len(places)).wrong == []


@pytest.mark.parametrize(
    ("fault", "places"),
    [
        ("parent", ("audio.json:linked", "hear", "advance:before")),
        ("both", ("claim:after", "transcribe.part:linked", "diarize:computed", "pdf.pdf:synced")),
    ],
)
def test_a_killed_worker_is_followed_by_one_that_goes_on(rig: Rig, fault: str, places: Sequence[str]) -> None:
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    for place in places:
        rig.arm(place, fault)
        rig.nudge("cpu")
        until(lambda place=place: place not in rig.armed() and not rig["w"].lives, 60, place, rig.tell)
        rig.mend("w")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    until(lambda: not rig.redis.llen("cpu"), 20)
    assert check(rig, [recording_id], kills=len(places)).wrong == []


@pytest.mark.parametrize("moment", ["written", "synced"])
def test_a_result_cut_off_before_its_name_is_given_is_never_read(rig: Rig, moment: str) -> None:
    rig.arm(f"transcript.json:{moment}", "both")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: not rig["w"].lives, 60, moment, rig.tell)
    stages = rig.data_dir / "stages"
    assert recaps.result_path(recording_id, "transcript", ".json") is None
    (half,) = [path for path in stages.glob("*/.*") if path.suffixes]
    half.write_bytes(half.read_bytes()[:100])  # what a power cut leaves of a file that was not synced
    rig.mend("w")
    rig.wait_final(recording_id)
    recap = recaps.result_path(recording_id, "recap", ".json")
    assert recap is not None
    assert from_json(Recap, recap.read_bytes()).transcript.segments
    assert check(rig, [recording_id], kills=1).wrong == []
    assert not half.exists()


def test_a_job_that_kills_three_children_in_a_row_fails_and_a_retry_goes_on_from_there(rig: Rig) -> None:
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    for _ in range(3):
        rig.arm("transcribe:compute", "child")
        rig.nudge("cpu")
        until(lambda: not rig.armed(), 60, "the child dies", rig.tell)
    rig.wait_final(recording_id)
    job = rig.job(recording_id)
    assert (job.status, job.error_code, job.error_retryable) == (Status.FAILED, "worker_lost", True)
    assert transitions.retry(recording_id, utc_now())
    rig.nudge("gpu")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=3).wrong == []


def test_speakers_are_left_out_after_they_killed_three_children_in_a_row(rig: Rig) -> None:
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    for _ in range(3):
        rig.arm("diarize:compute", "child")
        rig.nudge("cpu")
        until(lambda: not rig.armed(), 60, "the child dies", rig.tell)
    rig.wait_final(recording_id)
    recording = rig.recording(recording_id)
    assert recording.job.status == Status.DONE
    assert "diarization_missing" in {warning["code"] for warning in recording.warnings}
    assert words_of(recording_id)
    assert check(rig, [recording_id], kills=3).wrong == []


def silence(seconds: int) -> bytes:
    held = BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000 * seconds))
    return held.getvalue()


def test_a_recording_without_windows_survives_kills(rig: Rig) -> None:
    places = ("speech.json:linked", "transcribe:compute", "transcript:compute", "recap.json:linked")
    for place in places:
        rig.arm(place, "child")
    recording_id = rig.upload(silence(20))
    rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.armed() == set()
    assert rig.job(recording_id).status == Status.DONE
    assert "no_speech" in {warning["code"] for warning in rig.recording(recording_id).warnings}
    assert check(rig, [recording_id], kills=len(places)).wrong == []
