"""Cancel and delete at every stage: at once for the person, within seconds for the machine."""

from __future__ import annotations

import signal
from collections.abc import Iterable

import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, kill, lives, until
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import transitions
from core.retention import consistency, deletion

pytestmark = pytest.mark.speech

#: One place in each stage.
STAGES = ("audio.f32:begin", "hear", "diarize:compute", "summary:compute", "pdf.pdf:begin")
FREE_SECONDS = 5.0


def wait_met(rig: Rig, recording_id: str) -> int:
    """Wait until the armed fault is met; the process that met it."""
    rig.nudge("cpu", "gpu")
    until(lambda: not rig.armed(), 60, "the fault is met", rig.tell)
    holder = rig.holder(recording_id)
    assert holder is not None
    return holder


def test_a_job_cancelled_in_every_stage_frees_its_worker_and_a_retry_repeats_no_stage(rig: Rig) -> None:
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    for place in STAGES:
        rig.arm(place, "busy")  # no checkpoint comes: the hardest case
        child = wait_met(rig, recording_id)
        assert transitions.cancel(recording_id, utc_now())
        assert rig.job(recording_id).status == Status.CANCELLED
        assert until(lambda child=child: not lives(child), 20, place) < FREE_SECONDS
        assert rig.job(recording_id).status == Status.CANCELLED
        assert transitions.retry(recording_id, utc_now())
    rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=len(STAGES)).wrong == []


def test_a_waiting_job_is_cancelled_and_never_begun(rig: Rig) -> None:
    rig["w"].signal_group(signal.SIGSTOP)
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    assert transitions.cancel(recording_id, utc_now())
    rig.mend("w")
    until(lambda: rig.passed("claim:before"), 20)
    assert (rig.job(recording_id).status, rig.job(recording_id).attempt) == (Status.CANCELLED, 0)


def wait_free(rig: Rig, pids: Iterable[int]) -> None:
    """Wait until processes are gone or look for the next job."""
    rig.nudge("cpu")
    begun = {event["at"] for event in rig.events()}
    until(
        lambda: all(
            not lives(pid)
            or any(e["pid"] == pid and e["place"] == "claim:before" and e["at"] > max(begun) for e in rig.events())
            for pid in pids
        ),
        20, "the worker is free", rig.tell,
    )  # fmt: skip


@pytest.mark.parametrize("place", STAGES)
def test_a_recording_deleted_at_work_leaves_no_file(rig: Rig, place: str) -> None:
    rig.arm(place, "freeze")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    child = wait_met(rig, recording_id)
    deletion.remove_recording(recording_id)
    kill(child, signal.SIGCONT)
    wait_free(rig, [child])
    assert consistency.verify(utc_now(), 0).total == 0
    assert check(rig, [recording_id], [recording_id], kills=0).wrong == []
