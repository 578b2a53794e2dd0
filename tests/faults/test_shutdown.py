"""SIGTERM to a worker: it exits within ten seconds, and its job is queued again without a strike."""

from __future__ import annotations

import signal
import time
from contextlib import suppress

import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import is_alive, wait_until
from core.database.tables import Status

pytestmark = pytest.mark.speech

EXIT_SECONDS = 10.0


def terminate(testbed: Testbed, name: str = "w") -> float:
    """Send SIGTERM to a worker; return the seconds until it and its child are gone."""
    children, began = testbed[name].children, time.monotonic()
    testbed[name].signal(signal.SIGTERM)
    testbed[name].wait(3 * EXIT_SECONDS)
    wait_until(lambda: not any(is_alive(pid) for pid in children), 3 * EXIT_SECONDS)
    return time.monotonic() - began


def test_a_worker_exits_during_a_transcription_and_another_finishes_it(testbed: Testbed) -> None:
    recording_id = testbed.upload(unique_sample("standup.wav"))
    testbed.notify("cpu")
    wait_until(
        lambda: testbed.failpoints.hits("transcribe.part:linked", recording_id) == 2,
        60,
        "two batches are saved",
        testbed.log_tails,
    )
    assert terminate(testbed) < EXIT_SECONDS
    job = testbed.job(recording_id)
    assert (job.status, job.strikes, job.worker_id) == (Status.QUEUED, 0, None)
    testbed.add_worker("v")
    testbed.start("v")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=1).violations == []


def test_a_worker_exits_although_its_child_never_reaches_a_checkpoint(testbed: Testbed) -> None:
    testbed.failpoints.arm("diarize:compute", "busy")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_injected()
    assert terminate(testbed) < EXIT_SECONDS
    job = testbed.job(recording_id)
    assert (job.status, job.strikes) == (Status.QUEUED, 0)
    testbed.restore("w")
    testbed.wait_final(recording_id)
    assert check_invariants(testbed, [recording_id], kills=1).violations == []


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_a_worker_exits_although_redis_is_gone(testbed: Testbed, is_busy: bool) -> None:
    recording_id = testbed.upload(unique_sample("standup.wav"))
    if is_busy:
        testbed.notify("cpu")
        wait_until(
            lambda: testbed.failpoints.hits("decode_batch", recording_id),
            60,
            "the worker transcribes",
            testbed.log_tails,
        )
    tries = testbed["w"].read_log().count("Trying again")
    testbed["redis"].kill()
    with suppress(TimeoutError):  # best terminated while it reconnects; otherwise it must exit all the same
        wait_until(lambda: testbed["w"].read_log().count("Trying again") >= tries + 2, 20)
    assert terminate(testbed) < EXIT_SECONDS
    if is_busy and testbed.job(recording_id).status != Status.DONE:
        assert (testbed.job(recording_id).status, testbed.job(recording_id).strikes) == (Status.QUEUED, 0)
    testbed.restore("redis", "w")
    testbed.wait_final(recording_id)
    assert check_invariants(testbed, [recording_id], kills=1).violations == []


def test_a_worker_exits_although_redis_is_frozen(testbed: Testbed) -> None:
    testbed["redis"].signal(signal.SIGSTOP)
    wait_until(lambda: not testbed.redis_answers(), 20)
    assert terminate(testbed) < EXIT_SECONDS
