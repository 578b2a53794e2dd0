from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from support.factories import NOW, make_recording, make_user

from core.database.tables import Status
from core.jobs import claims, estimates, pausing, recovery, speeds, transitions
from core.jobs.claims import Claim
from core.jobs.recovery import INTERRUPTIONS, Loss
from core.recordings import queries
from core.retention import deletion
from pipeline.catalogue import Step
from pipeline.errors import NoAudio

pytestmark = pytest.mark.usefixtures("any_database")


def claim(queue: str = "cpu", seconds: float = 0, worker: str = "w") -> Claim | None:
    return claims.claim(queue, worker, NOW + timedelta(seconds=seconds), 60)


def take(queue: str = "cpu", seconds: float = 0) -> Claim:
    held = claim(queue, seconds)
    assert held is not None
    return held


def state(recording_id: str) -> tuple[str, str, str]:
    job = queries.get(recording_id).job
    return job.status, job.step, job.queue


def test_a_new_recording_waits_for_its_preparation() -> None:
    recording = make_recording(make_user("ann"))
    assert state(recording.id) == ("queued", "prepare", "cpu")
    assert pausing.count_waiting("cpu") == 1
    assert pausing.count_waiting("gpu") == 0


def test_a_job_is_claimed_once() -> None:
    recording = make_recording(make_user("ann"))
    held = take()
    assert (held.recording_id, held.attempt, held.step) == (recording.id, 1, Step.PREPARE)
    assert claim() is None


def test_many_workers_at_once_claim_each_job_once() -> None:
    owner = make_user("ann")
    made = {make_recording(owner).id for _ in range(20)}
    claimed: list[str] = []

    def work() -> None:
        while (held := claim()) is not None:
            claimed.append(held.recording_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(made)


def test_the_steps_of_a_job_are_claimed_one_by_one() -> None:
    recording = make_recording(make_user("ann"))
    held = take("cpu")
    assert transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": 12.5})
    assert state(recording.id) == ("queued", "listen", "gpu")
    held = take("gpu")
    assert held.duration == 12.5
    assert transitions.advance(held, Step.SUMMARIZE, NOW)
    held = take("gpu")
    assert transitions.advance(held, Step.RENDER, NOW)
    held = take("cpu")
    assert transitions.finish(held, NOW)
    assert state(recording.id)[0] == Status.DONE


def test_who_lost_the_lease_can_write_nothing_more() -> None:
    recording = make_recording(make_user("ann"))
    lost = take()
    assert recovery.sweep(NOW + timedelta(seconds=61)) == 1
    held = take(seconds=62)
    assert held.attempt == lost.attempt + 1
    assert not claims.renew(lost, NOW, 60)
    assert not transitions.enter_stage(lost, "prepare", NOW)
    assert not transitions.report_progress(lost, 0.5, NOW)
    assert not transitions.note_result(lost, "audio", "k" * 64)
    assert not transitions.advance(lost, Step.LISTEN, NOW)
    assert not transitions.fail(lost, NoAudio(), NOW)
    assert not transitions.finish(lost, NOW)
    assert not claims.give_back(lost, NOW)
    assert state(recording.id)[0] == Status.RUNNING


def test_a_renewed_lease_is_not_swept() -> None:
    make_recording(make_user("ann"))
    held = take()
    assert claims.renew(held, NOW + timedelta(seconds=50), 60)
    assert recovery.sweep(NOW + timedelta(seconds=61)) == 0


def test_three_strikes_fail_a_stage_that_is_needed() -> None:
    recording = make_recording(make_user("ann"))
    for _ in range(3):
        assert transitions.enter_stage(take(), "prepare", NOW)
        assert recovery.lose("w", NOW, Loss.PROCESS_DIED) == 1
    job = queries.get(recording.id).job
    assert (job.status, job.error_code, job.error_retryable) == ("failed", "worker_lost", True)


def test_three_strikes_skip_a_stage_that_is_optional() -> None:
    recording = make_recording(make_user("ann"))
    for _ in range(3):
        transitions.enter_stage(take(), "diarize", NOW)
        recovery.lose("w", NOW, Loss.PROCESS_DIED)
    job = queries.get(recording.id).job
    assert (job.status, job.skip, job.strikes) == ("queued", ["diarize"], 0)
    assert take(seconds=400).skip == ("diarize",)


@pytest.mark.parametrize("stage", ["prepare", "diarize"])
def test_nine_power_cuts_in_a_row_leave_a_job_to_go_on_and_the_tenth_ends_the_stage(stage: str) -> None:
    recording = make_recording(make_user("ann"))
    for cut in range(INTERRUPTIONS):
        held = take(seconds=cut * 100)
        assert (held.strikes, held.skip) == (0, ())
        transitions.enter_stage(held, stage, NOW)
        assert recovery.sweep(NOW + timedelta(seconds=cut * 100 + 61)) == 1
    job = queries.get(recording.id).job
    assert (job.interruptions, job.strikes) == (0, 0)
    if stage == "prepare":
        assert (job.status, job.error_code, job.error_retryable) == ("failed", "worker_lost", True)
        assert "interrupted ten times in a row" in job.error_message
    else:
        assert (job.status, job.skip) == ("queued", ["diarize"])


def test_strikes_and_interruptions_do_not_add_up() -> None:
    recording = make_recording(make_user("ann"))
    for loss in (Loss.PROCESS_DIED, Loss.INTERRUPTED, Loss.PROCESS_DIED, Loss.INTERRUPTED, Loss.INTERRUPTED):
        take()
        recovery.lose("w", NOW, loss)
    job = queries.get(recording.id).job
    assert (job.status, job.strikes, job.interruptions) == ("queued", 2, 3)


def test_saved_work_clears_strikes_and_interruptions() -> None:
    recording = make_recording(make_user("ann"))
    for loss in (Loss.PROCESS_DIED, Loss.INTERRUPTED):
        take()
        recovery.lose("w", NOW, loss)
        held = take()
        assert transitions.note_saved_work(held)
        job = queries.get(recording.id).job
        assert (job.strikes, job.interruptions) == (0, 0)
        claims.give_back(held, NOW)


def test_a_shutdown_gives_the_job_back_without_a_strike() -> None:
    recording = make_recording(make_user("ann"))
    assert claims.give_back(take(), NOW)
    job = queries.get(recording.id).job
    assert (job.status, job.strikes) == ("queued", 0)


def test_a_cancelled_job_is_no_longer_held() -> None:
    recording = make_recording(make_user("ann"))
    held = take()
    assert claims.is_held(held)
    assert transitions.cancel(recording.id, NOW)
    assert not claims.is_held(held)
    assert not transitions.finish(held, NOW)
    assert state(recording.id)[0] == Status.CANCELLED
    assert not transitions.cancel(recording.id, NOW)


def test_a_failed_job_keeps_its_error_and_can_be_tried_again() -> None:
    recording = make_recording(make_user("ann"))
    error = NoAudio()
    assert transitions.fail(take(), error, NOW)
    job = queries.get(recording.id).job
    assert (job.error_code, job.error_message, job.error_hint) == ("no_audio", error.message, error.hint)
    assert transitions.retry(recording.id, NOW)
    job = queries.get(recording.id).job
    assert (job.status, job.error_code) == ("queued", None)
    assert not transitions.retry(recording.id, NOW)


def test_a_done_job_can_be_started_at_a_later_step() -> None:
    recording = make_recording(make_user("ann"))
    transitions.finish(take(), NOW)
    assert transitions.retry(recording.id, NOW, step=Step.RENDER)
    assert state(recording.id) == ("queued", "render", "cpu")


def test_nobody_waits_behind_the_fifty_recordings_of_another() -> None:
    busy, ann = make_user("busy"), make_user("ann")
    for minute in range(5):
        make_recording(busy, NOW + timedelta(minutes=minute))
    mine = make_recording(ann, NOW + timedelta(minutes=10))
    assert take(seconds=700).owner_id == busy.id
    assert take(seconds=701).recording_id == mine.id


def test_who_waited_two_hours_goes_first() -> None:
    busy, ann = make_user("busy"), make_user("ann")
    first, second = make_recording(busy), make_recording(busy, NOW + timedelta(seconds=1))
    late = make_recording(ann, NOW + timedelta(hours=2))
    assert take(seconds=7210).recording_id == first.id
    assert take(seconds=7211).recording_id == second.id
    assert take(seconds=7212).recording_id == late.id


def test_of_one_user_the_shorter_recording_goes_first() -> None:
    owner = make_user("ann")
    for seconds in (300.0, 20.0):
        held = take_new(owner)
        transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": seconds})
    assert take("gpu").duration == 20.0


def take_new(owner: object) -> Claim:
    make_recording(owner)
    return take()


def test_the_place_in_line_counts_the_job_at_work_and_those_before() -> None:
    owner = make_user("ann")
    ids = []
    for seconds in (10.0, 20.0, 30.0):
        held = take_new(owner)
        transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": seconds})
        ids.append(held.job_id)
    assert take("gpu").job_id == ids[0]
    assert estimates.estimate_queue(NOW).before == {ids[0]: 0, ids[1]: 1, ids[2]: 2}


def test_a_result_of_a_deleted_recording_cannot_be_noted() -> None:
    recording = make_recording(make_user("ann"))
    held = take()
    deletion.remove_recording(recording.id)
    assert not transitions.note_result(held, "audio", "k" * 64)
    assert not claims.is_held(held)


def test_the_speed_of_a_stage_is_a_moving_average() -> None:
    speeds.note_speed("transcribe", "m", 10.0, 100.0)
    assert speeds.speeds() == {"transcribe": pytest.approx(0.1)}
    speeds.note_speed("transcribe", "m", 20.0, 100.0)
    assert speeds.speeds() == {"transcribe": pytest.approx(0.13)}


def test_a_claim_of_another_attempt_is_another_claim() -> None:
    make_recording(make_user("ann"))
    held = take()
    assert not claims.is_held(replace(held, attempt=held.attempt + 1))


def test_a_paused_queue_hands_out_nothing_until_it_goes_on() -> None:
    make_recording(make_user("ann"))
    pausing.set_paused("cpu", NOW)
    assert pausing.paused_since("cpu") == NOW
    assert claim() is None
    assert pausing.count_waiting("cpu") == 0
    pausing.set_paused("cpu", None)
    assert pausing.paused_since("cpu") is None
    assert claim() is not None


def test_the_job_of_a_dead_process_is_freed_at_once_with_a_strike() -> None:
    recording = make_recording(make_user("ann"))
    assert claim(worker="dead")
    assert recovery.running_workers() == {"dead"}
    assert recovery.lose("other", NOW, Loss.PROCESS_DIED) == 0
    assert recovery.lose("dead", NOW, Loss.PROCESS_DIED) == 1
    job = queries.get(recording.id).job
    assert (job.status, job.strikes) == ("queued", 1)


def test_a_transcription_ended_for_its_memory_comes_back_with_half_the_batch_and_fails_at_one() -> None:
    recording = make_recording(make_user("ann"))
    sizes = []
    for _ in range(4):
        held = take()
        size = held.batch_size or 8
        sizes.append(size)
        transitions.enter_stage(held, "transcribe", NOW)
        transitions.note_batch_size(held, size)
        recovery.lose("w", NOW, Loss.OUT_OF_MEMORY)
    assert sizes == [8, 4, 2, 1]
    job = queries.get(recording.id).job
    assert (job.status, job.error_code) == ("failed", "out_of_memory")
    assert "WHISPER_MODEL" in job.error_hint
