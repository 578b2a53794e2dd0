"""SIGKILL to the child, the worker or both, at the boundaries between stages and inside them."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from io import BytesIO

import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import wait_until
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import transitions
from core.recordings import recaps
from pipeline.recap import Recap, from_json

pytestmark = pytest.mark.speech

#: Three kills in a row without newly saved work end a job, so each recording suffers at most two between saves.
CHILD_DIES_AT = [
    (
        "claim:after", "audio.f16:written", "advance:before", "speech:compute", "speech.json:synced",
        "decode_batch", "transcribe.part:written", "transcribe.json:begin", "diarize:compute", "diarize.json:linked",
        "transcript:computed", "summary:compute", "recap.json:written", "pdf.pdf:begin", "finish:before",
    ),
    (
        "enter_stage:before", "audio.f16:linked", "advance:after", "speech:computed", "speech.json:linked",
        "transcribe.part:synced", "transcribe.json:linked", "diarize:computed", "diarize.json:written",
        "transcript.json:synced", "summary.json:linked", "recap.json:published", "pdf.pdf:linked", "finish:after",
    ),
]  # fmt: skip


def words_of(recording_id: str) -> list[str]:
    transcript = recaps.load_transcript(recording_id)
    assert transcript is not None
    return [segment.text for segment in transcript.segments]


@pytest.mark.parametrize("failpoints", CHILD_DIES_AT, ids=["first", "second"])
def test_each_kill_of_a_child_costs_at_most_one_batch(testbed: Testbed, failpoints: Sequence[str]) -> None:
    whole = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_final(whole)
    for failpoint in failpoints:
        testbed.failpoints.arm(failpoint, "child")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.failpoints.armed() == set()
    assert testbed.job(recording_id).status == Status.DONE
    assert words_of(recording_id) == words_of(whole)
    wait_until(lambda: testbed.child_pid("w") and not testbed.redis.llen("cpu"), 20)
    assert check_invariants(testbed, [whole, recording_id], kills=len(failpoints)).violations == []


@pytest.mark.parametrize(
    ("fault", "failpoints"),
    [
        ("parent", ("audio.json:linked", "decode_batch", "advance:before")),
        ("both", ("claim:after", "transcribe.part:linked", "diarize:computed", "pdf.pdf:synced")),
    ],
)
def test_a_new_worker_resumes_the_job_of_a_killed_one(testbed: Testbed, fault: str, failpoints: Sequence[str]) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for failpoint in failpoints:
        testbed.failpoints.arm(failpoint, fault)
        testbed.notify("cpu")
        testbed.wait_injected()  # failpoints are armed one at a time
        wait_until(lambda: not testbed["w"].is_alive, 60, failpoint, testbed.log_tails)
        testbed.restore("w")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    wait_until(lambda: not testbed.redis.llen("cpu"), 20)
    assert check_invariants(testbed, [recording_id], kills=len(failpoints)).violations == []


def test_power_cuts_in_a_row_while_a_recording_is_prepared_do_not_fail_it(testbed: Testbed) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for cut in range(4):
        testbed.failpoints.arm("audio.f16:begin", "both")
        testbed.notify("cpu")
        testbed.wait_injected()
        wait_until(lambda: not testbed["w"].is_alive, 60, f"power cut {cut}", testbed.log_tails)
        testbed.restore("w")
    testbed.wait_final(recording_id)
    job = testbed.job(recording_id)
    assert (job.status, job.strikes) == (Status.DONE, 0)
    assert check_invariants(testbed, [recording_id], kills=4).violations == []


@pytest.mark.parametrize("moment", ["written", "synced"])
def test_a_result_interrupted_before_it_is_linked_is_never_read(testbed: Testbed, moment: str) -> None:
    testbed.failpoints.arm(f"transcript.json:{moment}", "both")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    wait_until(lambda: not testbed["w"].is_alive, 60, moment, testbed.log_tails)
    stages = testbed.data_dir / "stages"
    assert recaps.result_path(recording_id, "transcript", ".json") is None
    (half,) = [path for path in stages.glob("*/.*") if path.suffixes]
    half.write_bytes(half.read_bytes()[:100])  # a power cut leaves this of a file that was not synced
    testbed.restore("w")
    testbed.wait_final(recording_id)
    recap = recaps.result_path(recording_id, "recap", ".json")
    assert recap is not None
    assert from_json(Recap, recap.read_bytes()).transcript.segments
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
    assert not half.exists()


def test_a_job_that_kills_three_children_in_a_row_fails_and_a_retry_resumes_it(testbed: Testbed) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for _ in range(3):
        testbed.failpoints.arm("transcribe:compute", "child")
        testbed.notify("cpu")
        testbed.wait_injected()
    testbed.wait_final(recording_id)
    job = testbed.job(recording_id)
    assert (job.status, job.error_code, job.error_retryable) == (Status.FAILED, "worker_lost", True)
    assert transitions.retry(recording_id, utc_now())
    testbed.notify("gpu")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=3).violations == []


def test_diarization_is_skipped_after_it_killed_three_children_in_a_row(testbed: Testbed) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for _ in range(3):
        testbed.failpoints.arm("diarize:compute", "child")
        testbed.notify("cpu")
        testbed.wait_injected()
    testbed.wait_final(recording_id)
    recording = testbed.recording(recording_id)
    assert recording.job.status == Status.DONE
    assert "diarization_missing" in {warning["code"] for warning in recording.warnings}
    assert words_of(recording_id)
    assert check_invariants(testbed, [recording_id], kills=3).violations == []


def silence(seconds: int) -> bytes:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000 * seconds))
    return buffer.getvalue()


def test_a_recording_without_speech_survives_kills(testbed: Testbed) -> None:
    failpoints = ("speech.json:linked", "transcribe:compute", "transcript:compute", "recap.json:linked")
    for failpoint in failpoints:
        testbed.failpoints.arm(failpoint, "child")
    recording_id = testbed.upload(silence(20))
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.failpoints.armed() == set()
    assert testbed.job(recording_id).status == Status.DONE
    assert "no_speech" in {warning["code"] for warning in testbed.recording(recording_id).warnings}
    assert check_invariants(testbed, [recording_id], kills=len(failpoints)).violations == []
