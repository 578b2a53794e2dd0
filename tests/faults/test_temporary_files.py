"""What killed processes leave below DATA_DIR/tmp."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import wait_until
from core.clock import utc_now
from core.database.tables import Status
from core.retention import deletion
from core.storage import temporary_folders

pytestmark = pytest.mark.speech
MONTH = 30 * 86_400


def folder_of(pid: int) -> Path:
    """The temporary folder of a process, by the lock that it holds."""
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = descriptor.readlink()
        if target.name == temporary_folders.LOCK:
            return target.parent
    raise FileNotFoundError(f"process {pid} has no temporary folder")


def test_a_job_whose_children_are_killed_leaves_no_temporary_files(testbed: Testbed) -> None:
    left: list[Path] = []
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for failpoint in ("audio.f32:begin", "decode_batch"):
        wait_until(lambda: testbed.child_pid("w") and folder_of(testbed.child_pid("w")) not in left, 20)
        left.append(folder_of(testbed.child_pid("w")))
        (left[-1] / "words").write_text("said in private")
        testbed.failpoints.arm(failpoint, "child")
        testbed.notify("cpu")
        testbed.wait_injected()
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    deletion.sweep_files(utc_now())
    assert not any(folder.exists() for folder in left)
    assert list((testbed.data_dir / "tmp").iterdir()), "those of the worker and of beat"
    assert temporary_folders.sweep(testbed.data_dir / "tmp", time.time() + MONTH) == 0, "all are of living processes"
