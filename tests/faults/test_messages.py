"""Messages that are lost, duplicated or followed by a crash; no scheduler, and two of them."""

from __future__ import annotations

import signal

import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import wait_until
from core.database.tables import Status
from core.jobs.queues import QUEUES
from pipeline.catalogue import Step

pytestmark = pytest.mark.speech


def test_a_job_whose_messages_were_lost_is_still_done(testbed: Testbed) -> None:
    testbed["w"].signal_group(signal.SIGSTOP)  # so that the messages stay in Redis
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    for queue in QUEUES:
        testbed.redis.delete(queue)
    testbed.restore("w")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=0).violations == []


def test_fifty_surplus_messages_compute_nothing_twice(testbed: Testbed) -> None:
    recording_ids = [testbed.upload(unique_sample("ten-seconds.wav")) for _ in range(2)]
    testbed.notify(times=25)
    testbed.wait_final(*recording_ids)
    assert [testbed.job(recording_id).attempt for recording_id in recording_ids] == [len(Step)] * 2
    wait_until(lambda: not any(testbed.redis.llen(queue) for queue in QUEUES), 20)
    assert check_invariants(testbed, recording_ids, kills=0).violations == []


UNREADABLE = [
    b"no JSON at all", b"\xff\xfe\x00", b"", b"[1, 2", b"null", b"[]", b"7", b'"text"', b"{}", b'{"body": 1}',
    b'{"body": "e30=", "properties": {}}', b'{"body": "%", "properties": {"delivery_tag": "t"}}',
    b'{"body": "e30=", "content-type": "application/x-python-serialize", "content-encoding": "binary", "headers": '
    b'{"task": "work", "id": "1"}, "properties": {"delivery_tag": "t", "body_encoding": "base64", "delivery_info":'
    b' {"exchange": "", "routing_key": "cpu"}}}',
    b'{"body": "W10=", "content-type": "application/json", "content-encoding": "utf-8", "headers": {"task": '
    b'"unknown", "id": "1"}, "properties": {"delivery_tag": "t", "body_encoding": "base64", "delivery_info": '
    b'{"exchange": "", "routing_key": "cpu"}}}',
    b"[" * 200_000, b"x" * 5_000_000,
]  # fmt: skip


def test_messages_that_nobody_can_read_are_dropped_and_the_worker_lives(testbed: Testbed) -> None:
    wait_until(lambda: testbed.redis.client_list(_type="normal"), 30, "the worker listens", testbed.log_tails)
    pid = testbed["w"].pid
    for message in UNREADABLE:
        testbed.redis.lpush("cpu", message)
    wait_until(lambda: not testbed.redis.llen("cpu"), 60, "the messages are read", testbed.log_tails)
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert (testbed["w"].is_alive, testbed["w"].pid) == (True, pid)


def test_a_child_that_dies_before_its_claim_costs_the_job_nothing(testbed: Testbed) -> None:
    testbed.failpoints.arm("claim:before", "child")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.failpoints.armed() == set()
    assert (testbed.job(recording_id).status, testbed.job(recording_id).attempt) == (Status.DONE, len(Step))
    assert check_invariants(testbed, [recording_id], kills=0).violations == []


def test_without_a_scheduler_a_job_survives_the_death_of_a_child_and_of_a_worker(testbed: Testbed) -> None:
    testbed["beat"].kill()
    testbed.failpoints.arm("decode_batch", "child")
    testbed.failpoints.arm("diarize.json:written", "both")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    wait_until(lambda: not testbed["w"].is_alive, 60, "the worker dies", testbed.log_tails)
    assert testbed.job(recording_id).status == Status.RUNNING
    testbed.restore("w")
    testbed.wait_final(recording_id)
    assert not testbed["beat"].is_alive
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=2).violations == []


def test_two_schedulers_free_a_lost_job_once(testbed: Testbed) -> None:
    testbed.add_beat("beat2").start()
    testbed.failpoints.arm("decode_batch", "both")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    wait_until(lambda: testbed.job(recording_id).interruptions, 60, "the lost job is freed", testbed.log_tails)
    assert (testbed.job(recording_id).interruptions, testbed.job(recording_id).strikes) == (1, 0)
    testbed.restore("w")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
