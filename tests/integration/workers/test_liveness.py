from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from support.factories import make_recording, make_user

from core import processes
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import claims, transitions
from core.recordings import queries
from workers import liveness

pytestmark = pytest.mark.usefixtures("sqlite")


PLACE = liveness.own_id().rsplit(":", 2)[0]
OWN, OTHER_WORKER = processes.identify(os.getpid()), processes.identify(os.getppid())


def dead_process() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def dead_child() -> str:
    """The id of a process of this worker that died."""
    return f"{PLACE}:{OWN}:{dead_process()}"


def test_a_dead_process_loses_its_job_and_a_living_one_keeps_it() -> None:
    owner = make_user("ann")
    made = [make_recording(owner, utc_now()).id for _ in range(3)]
    for worker_id in (dead_child(), liveness.own_id(), "elsewhere:1:999998:999999"):
        assert claims.claim("cpu", worker_id, utc_now(), 60)
    assert liveness.release_orphaned_jobs() == 1
    states = sorted(queries.get(recording_id).job.status for recording_id in made)
    assert states == [Status.QUEUED, Status.RUNNING, Status.RUNNING]


def test_a_process_that_died_under_its_worker_is_a_strike_and_one_that_went_with_it_an_interruption() -> None:
    owner = make_user("ann")
    made = [make_recording(owner, utc_now() + timedelta(seconds=number)).id for number in range(3)]
    ids = (dead_child(), f"{PLACE}:{dead_process()}:{dead_process()}", f"{PLACE}:{OTHER_WORKER}:{dead_process()}")
    holders = {}
    for worker_id in ids:
        claim = claims.claim("cpu", worker_id, utc_now(), 60)
        assert claim is not None
        holders[worker_id] = claim.recording_id
    assert sorted(holders.values()) == sorted(made)
    assert liveness.release_orphaned_jobs() == 2
    jobs = [queries.get(holders[worker_id]).job for worker_id in ids]
    assert [(job.status, job.strikes, job.interruptions) for job in jobs] == [
        (Status.QUEUED, 1, 0),
        (Status.QUEUED, 0, 1),
        (Status.RUNNING, 0, 0),  # its own worker will see to it
    ]


def test_a_worker_that_starts_with_the_numbers_of_a_dead_one_does_not_take_its_job_for_its_own() -> None:
    """As in a container that was killed and started again."""
    recording = make_recording(make_user("ann"), utc_now())
    earlier = [f"{pid}.1" for pid in (os.getpid(), os.getppid())]
    assert claims.claim("cpu", ":".join([PLACE, *earlier]), utc_now(), 60)
    assert liveness.release_orphaned_jobs() == 1
    job = queries.get(recording.id).job
    assert (job.status, job.strikes, job.interruptions) == (Status.QUEUED, 0, 1)


def test_a_kill_for_memory_halves_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vmstat = tmp_path / "vmstat"
    monkeypatch.setattr(liveness, "VMSTAT", vmstat)
    vmstat.write_text("nr_free_pages 5\noom_kill 3\n")
    liveness.note_memory_kills()
    recording = make_recording(make_user("ann"), utc_now())
    claim = claims.claim("cpu", dead_child(), utc_now(), 60)
    assert claim is not None
    transitions.enter_stage(claim, "transcribe", utc_now())
    transitions.note_batch_size(claim, 8)
    vmstat.write_text("nr_free_pages 5\noom_kill 4\n")
    assert liveness.release_orphaned_jobs() == 1
    job = queries.get(recording.id).job
    assert (job.batch_size, job.strikes) == (4, 0)
