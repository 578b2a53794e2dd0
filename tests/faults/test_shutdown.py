"""SIGTERM to a worker: it leaves within ten seconds, and its job waits for the next one without a strike."""

from __future__ import annotations

import signal
import time
from contextlib import suppress

import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, lives, until
from core.database.tables import Status

pytestmark = pytest.mark.speech

LEAVING_SECONDS = 10.0


def leave(rig: Rig, name: str = "w") -> float:
    """Ask a worker to leave; the seconds until it and its child are gone."""
    children, began = rig[name].children, time.monotonic()
    rig[name].signal(signal.SIGTERM)
    rig[name].wait(3 * LEAVING_SECONDS)
    until(lambda: not any(lives(pid) for pid in children), 3 * LEAVING_SECONDS)
    return time.monotonic() - began


def test_a_worker_leaves_a_transcription_and_another_finishes_it(rig: Rig) -> None:
    recording_id = rig.upload(fresh("standup.wav"))
    rig.nudge("cpu")
    until(lambda: rig.passed("transcribe.part:linked", recording_id) == 2, 60, "two batches are saved", rig.tell)
    assert leave(rig) < LEAVING_SECONDS
    job = rig.job(recording_id)
    assert (job.status, job.strikes, job.worker_id) == (Status.QUEUED, 0, None)
    rig.add_worker("v")
    rig.start("v")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=1).wrong == []


def test_a_worker_leaves_although_its_child_never_reaches_a_checkpoint(rig: Rig) -> None:
    rig.arm("diarize:compute", "busy")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: not rig.armed(), 60, "the child is busy", rig.tell)
    assert leave(rig) < LEAVING_SECONDS
    job = rig.job(recording_id)
    assert (job.status, job.strikes) == (Status.QUEUED, 0)
    rig.mend("w")
    rig.wait_final(recording_id)
    assert check(rig, [recording_id], kills=1).wrong == []


@pytest.mark.parametrize("at_work", [False, True], ids=["idle", "at work"])
def test_a_worker_leaves_although_redis_is_gone(rig: Rig, at_work: bool) -> None:
    recording_id = rig.upload(fresh("standup.wav"))
    if at_work:
        rig.nudge("cpu")
        until(lambda: rig.passed("hear", recording_id), 60, "the worker hears", rig.tell)
    tries = rig["w"].read_log().count("Trying again")
    rig["redis"].kill()
    with suppress(TimeoutError):  # best asked while it looks for Redis; it has to leave all the same
        until(lambda: rig["w"].read_log().count("Trying again") >= tries + 2, 20)
    assert leave(rig) < LEAVING_SECONDS
    if at_work and rig.job(recording_id).status != Status.DONE:
        assert (rig.job(recording_id).status, rig.job(recording_id).strikes) == (Status.QUEUED, 0)
    rig.mend("redis", "w")
    rig.wait_final(recording_id)
    assert check(rig, [recording_id], kills=1).wrong == []


def test_a_worker_leaves_although_redis_is_frozen(rig: Rig) -> None:
    rig["redis"].signal(signal.SIGSTOP)
    until(lambda: not rig.redis_answers(), 20)
    assert leave(rig) < LEAVING_SECONDS
