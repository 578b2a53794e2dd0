from __future__ import annotations

import mmap
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.factories import make_recording, make_user
from support.helpers import wait_until

import config
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import claims, transitions
from core.jobs.claims import Claim
from core.recordings import queries
from core.retention import deletion
from pipeline.errors import Cancelled
from workers import job_monitor
from workers.job_monitor import JobMonitor

pytestmark = pytest.mark.usefixtures("sqlite")


@pytest.fixture
def stop() -> mmap.mmap:
    return mmap.mmap(-1, 1)


@pytest.fixture
def claim(settings_of: Callable[..., config.Settings]) -> Claim:
    settings_of(LEASE_SECONDS=2, HEARTBEAT_SECONDS=0.3)
    make_recording(make_user("ann"), utc_now())
    claim = claims.claim("cpu", "w", utc_now(), 2)
    assert claim is not None
    return claim


def must_stop(watch: JobMonitor) -> bool:
    try:
        watch.progress(0.5)
    except Cancelled:
        return True
    return False


def test_the_lease_is_renewed_while_the_work_goes_on(claim: Claim, stop: mmap.mmap) -> None:
    before = queries.get(claim.recording_id).job.lease_until
    with JobMonitor(claim, config.load(), stop):
        wait_until(lambda: queries.get(claim.recording_id).job.lease_until > before)


def test_a_cancelled_job_stops_at_the_next_checkpoint(claim: Claim, stop: mmap.mmap) -> None:
    with JobMonitor(claim, config.load(), stop) as watch:
        watch.enter("prepare")
        transitions.cancel(claim.recording_id, utc_now())
        wait_until(lambda: must_stop(watch), 3)
        assert not watch.is_shutting_down


def test_a_deleted_recording_stops_the_work(claim: Claim, stop: mmap.mmap) -> None:
    with JobMonitor(claim, config.load(), stop) as watch:
        deletion.remove_recording(claim.recording_id)
        wait_until(lambda: must_stop(watch), 3)


def test_a_shutdown_stops_the_work_to_give_it_back(claim: Claim, stop: mmap.mmap) -> None:
    with JobMonitor(claim, config.load(), stop) as watch:
        stop[0] = 1
        wait_until(lambda: must_stop(watch), 3)
        assert watch.is_shutting_down


def test_progress_and_stage_are_written(claim: Claim, stop: mmap.mmap, monkeypatch: pytest.MonkeyPatch) -> None:
    with JobMonitor(claim, config.load(), stop) as watch:
        watch.enter("transcribe")
        watch._written_at -= 2
        watch.progress(0.25)
        job = queries.get(claim.recording_id).job
        assert (job.stage, job.progress) == ("transcribe", 0.25)


def test_a_result_of_a_job_that_is_gone_is_refused(claim: Claim, stop: mmap.mmap) -> None:
    with JobMonitor(claim, config.load(), stop) as watch:
        transitions.cancel(claim.recording_id, utc_now())
        with pytest.raises(Cancelled):
            watch.use("audio", "k" * 64)


def test_a_process_that_reaches_no_checkpoint_is_ended(claim: Claim) -> None:
    program = f"""
import mmap, time
from core.clock import utc_now
from pipeline.catalogue import Step
from core.jobs import transitions
from core.jobs.claims import Claim
from workers import job_monitor
import config
job_monitor.GRACE_SECONDS = 0.5
claim = Claim({claim.job_id!r}, {claim.recording_id!r}, {claim.owner_id!r}, Step.PREPARE, 1, 0, None, (), None)
with job_monitor.JobMonitor(claim, config.load(), mmap.mmap(-1, 1)):
    transitions.cancel(claim.recording_id, utc_now())
    while True:
        time.sleep(0.01)  # deep inside an engine: no checkpoint
"""
    root = Path(job_monitor.__file__).parent.parent
    ended = subprocess.run([sys.executable, "-c", program], cwd=root, timeout=30, capture_output=True, text=True)
    assert ended.returncode == 70, ended.stderr
    assert queries.get(claim.recording_id).job.status == Status.CANCELLED


def test_the_lease_is_renewed_until_the_job_is_given_back(claim: Claim, stop: mmap.mmap) -> None:
    with JobMonitor(claim, config.load(), stop) as watch:
        stop[0] = 1
        wait_until(lambda: watch.is_shutting_down, 3)
        asked = queries.get(claim.recording_id).job.lease_until
        wait_until(lambda: queries.get(claim.recording_id).job.lease_until > asked, 3)
