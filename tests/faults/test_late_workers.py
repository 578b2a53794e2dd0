"""A worker that resumes after losing its lease: its late writes change nothing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import send_signal, wait_until
from core.database.tables import Status

pytestmark = pytest.mark.speech


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The inode and bytes of every result."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in paths}


@pytest.mark.parametrize("failpoint", ["transcribe.part:written", "pdf.pdf:synced", "finish:before"])
def test_the_late_writes_of_a_worker_change_nothing(testbed: Testbed, failpoint: str) -> None:
    testbed.failpoints.arm(failpoint, "freeze")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    late_worker = testbed.wait_holder(recording_id)
    testbed.add_worker("v")
    testbed.start("v")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    testbed["v"].kill()
    before, job = contents(testbed.data_dir / "stages"), testbed.job(recording_id)

    seen = len(testbed.failpoints.events())
    send_signal(late_worker, signal.SIGCONT)
    testbed.notify("cpu")
    wait_until(
        lambda: ("claim:before", late_worker)
        in {(event["failpoint"], event["pid"]) for event in testbed.failpoints.events()[seen:]},
        20, "the late worker asks for its next job", testbed.log_tails,
    )  # fmt: skip
    assert contents(testbed.data_dir / "stages") == before
    after = testbed.job(recording_id)
    assert (after.status, after.attempt, after.finished_at) == (job.status, job.attempt, job.finished_at)
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
