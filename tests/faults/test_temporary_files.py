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


def held_by(pid: int) -> set[Path]:
    """The temporary folders whose locks a process holds."""
    try:
        targets = [descriptor.readlink() for descriptor in Path(f"/proc/{pid}/fd").iterdir()]
    except FileNotFoundError:  # it ended, or closed one just now
        return set()
    return {target.parent for target in targets if target.name == temporary_folders.LOCK}


def folder_of_child(testbed: Testbed) -> Path | None:
    """The temporary folder of the process that works for the worker, once it has one of its own."""
    return next(iter(held_by(testbed.child_pid("w")) - held_by(testbed["w"].pid)), None)


def test_a_job_whose_children_are_killed_leaves_no_temporary_files(testbed: Testbed) -> None:
    left: list[Path] = []
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    for failpoint in ("audio.f16:begin", "decode_batch"):
        wait_until(lambda: folder_of_child(testbed) not in (None, *left), 60, "a new child")
        folder = folder_of_child(testbed)
        assert folder
        left.append(folder)
        (left[-1] / "words").write_text("said in private")
        testbed.failpoints.arm(failpoint, "child")
        testbed.notify("cpu")
        testbed.wait_injected()
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    deletion.sweep_files(utc_now())
    assert [sorted(path.name for path in folder.iterdir()) for folder in left if folder.exists()] == []
    assert list((testbed.data_dir / "tmp").iterdir()), "those of the worker and of beat"
    assert temporary_folders.sweep(testbed.data_dir / "tmp", time.time() + MONTH) == 0, "all are of living processes"
