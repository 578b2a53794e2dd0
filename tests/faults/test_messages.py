"""Messages lost, doubled or followed by a death; a scheduler too few and one too many."""

from __future__ import annotations

import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, until
from core.database.tables import Status
from core.queue.celery_app import QUEUES

pytestmark = pytest.mark.speech


def test_jobs_whose_messages_were_lost_are_done_all_the_same(rig: Rig) -> None:
    rig["w"].signal_group(19)  # frozen, so that the messages lie in Redis
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    for queue in QUEUES:
        rig.redis.delete(queue)
    rig.mend("w")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=0).wrong == []


def test_fifty_messages_too_many_compute_nothing_twice(rig: Rig) -> None:
    made = [rig.upload(fresh("ten-seconds.wav")) for _ in range(2)]
    rig.nudge(times=25)
    rig.wait_final(*made)
    assert [rig.job(recording_id).attempt for recording_id in made] == [3, 3]
    until(lambda: not any(rig.redis.llen(queue) for queue in QUEUES), 20)
    assert check(rig, made, kills=0).wrong == []


def test_a_child_that_dies_before_its_claim_costs_the_job_nothing(rig: Rig) -> None:
    rig.arm("claim:before", "child")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.armed() == set()
    assert (rig.job(recording_id).status, rig.job(recording_id).attempt) == (Status.DONE, 3)
    assert check(rig, [recording_id], kills=0).wrong == []


def test_without_a_scheduler_jobs_are_done_even_when_a_child_and_a_worker_die(rig: Rig) -> None:
    rig["beat"].kill()
    rig.arm("hear", "child")
    rig.arm("diarize.json:written", "both")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: not rig["w"].lives, 60, "the worker dies", rig.tell)
    assert rig.job(recording_id).status == Status.RUNNING
    rig.mend("w")
    rig.wait_final(recording_id)
    assert not rig["beat"].lives
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=2).wrong == []


def test_two_schedulers_free_a_lost_job_once(rig: Rig) -> None:
    rig.add_beat("beat2").start()
    rig.arm("hear", "both")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: rig.job(recording_id).strikes, 60, "the lost job is freed", rig.tell)
    assert rig.job(recording_id).strikes == 1
    rig.mend("w")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=1).wrong == []
