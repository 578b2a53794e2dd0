"""Cancel and delete in every stage take effect at once for the user and within seconds for the worker."""

from __future__ import annotations

import signal
from collections.abc import Iterable

import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import is_alive, send_signal, wait_until
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import transitions
from core.retention import consistency, deletion

pytestmark = pytest.mark.speech

#: One failpoint in each stage.
STAGES = ("audio.f16:begin", "decode_batch", "diarize:compute", "summary:compute", "pdf.pdf:begin")
FREE_SECONDS = 5.0


def wait_injected(testbed: Testbed, recording_id: str) -> int:
    """Wait until the armed fault was injected; the process it was injected into."""
    testbed.notify("cpu", "gpu")
    return testbed.wait_holder(recording_id)


def seconds_until_dead(pid: int) -> float:
    return wait_until(lambda: not is_alive(pid), 20, "the child is ended")


def test_a_job_cancelled_in_every_stage_frees_its_worker_and_a_retry_repeats_no_stage(testbed: Testbed) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for failpoint in STAGES:
        testbed.failpoints.arm(failpoint, "busy")  # the hardest case: no checkpoint is reached
        child = wait_injected(testbed, recording_id)
        assert transitions.cancel(recording_id, utc_now())
        assert testbed.job(recording_id).status == Status.CANCELLED
        assert seconds_until_dead(child) < FREE_SECONDS
        assert testbed.job(recording_id).status == Status.CANCELLED
        assert transitions.retry(recording_id, utc_now())
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=len(STAGES)).violations == []


def test_a_cancelled_job_that_was_waiting_never_starts(testbed: Testbed) -> None:
    testbed["w"].signal_group(signal.SIGSTOP)
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    assert transitions.cancel(recording_id, utc_now())
    testbed.restore("w")
    wait_until(lambda: testbed.failpoints.hits("claim:before"), 20)
    assert (testbed.job(recording_id).status, testbed.job(recording_id).attempt) == (Status.CANCELLED, 0)


def wait_free(testbed: Testbed, pids: Iterable[int]) -> None:
    """Wait until each process is gone or asks for its next job."""
    testbed.notify("cpu")
    seen = len(testbed.failpoints.events())

    def is_free(pid: int) -> bool:
        new = testbed.failpoints.events()[seen:]
        return not is_alive(pid) or any(e["pid"] == pid and e["failpoint"] == "claim:before" for e in new)

    wait_until(lambda: all(is_free(pid) for pid in pids), 20, "the worker is free", testbed.log_tails)


@pytest.mark.parametrize("failpoint", STAGES)
def test_a_recording_deleted_while_it_is_processed_leaves_no_file(testbed: Testbed, failpoint: str) -> None:
    testbed.failpoints.arm(failpoint, "freeze")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    child = wait_injected(testbed, recording_id)
    deletion.remove_recording(recording_id)
    send_signal(child, signal.SIGCONT)
    wait_free(testbed, [child])
    assert consistency.verify(utc_now(), 0).total == 0
    assert check_invariants(testbed, [recording_id], [recording_id], kills=0).violations == []
