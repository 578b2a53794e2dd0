from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.factories import make_recording, make_user

from core.clock import utc_now
from core.database.tables import Status
from core.jobs import claims, transitions
from core.recordings import queries
from workers import liveness

pytestmark = pytest.mark.usefixtures("sqlite")


def dead_id() -> str:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return liveness.own_id().rpartition(":")[0] + f":{ended.pid}"


def test_a_dead_process_loses_its_job_and_a_living_one_keeps_it() -> None:
    owner = make_user("ann")
    made = [make_recording(owner, utc_now()).id for _ in range(3)]
    for worker_id in (dead_id(), liveness.own_id(), "elsewhere:1:999999"):
        assert claims.claim("cpu", worker_id, utc_now(), 60)
    assert liveness.release_orphaned_jobs() == 1
    states = sorted(queries.get(recording_id).job.status for recording_id in made)
    assert states == [Status.QUEUED, Status.RUNNING, Status.RUNNING]


def test_a_kill_for_memory_halves_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vmstat = tmp_path / "vmstat"
    monkeypatch.setattr(liveness, "VMSTAT", vmstat)
    vmstat.write_text("nr_free_pages 5\noom_kill 3\n")
    liveness.note_memory_kills()
    recording = make_recording(make_user("ann"), utc_now())
    claim = claims.claim("cpu", dead_id(), utc_now(), 60)
    assert claim is not None
    transitions.enter_stage(claim, "transcribe", utc_now())
    transitions.note_batch_size(claim, 8)
    vmstat.write_text("nr_free_pages 5\noom_kill 4\n")
    assert liveness.release_orphaned_jobs() == 1
    job = queries.get(recording.id).job
    assert (job.batch_size, job.strikes) == (4, 0)
