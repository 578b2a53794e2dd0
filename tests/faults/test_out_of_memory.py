"""The system ends a child for lack of memory: the next attempt takes half the batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, until
from core.database.tables import Status

pytestmark = pytest.mark.speech

LIMIT_BYTES = 700 * 1024**2


@pytest.fixture
def small_memory(rig: Rig) -> Iterator[Rig]:
    """The worker may take 700 MB more than it has."""
    group = Path(f"/sys/fs/cgroup/memory/realrecap-{os.getpid()}")
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(LIMIT_BYTES))
    except OSError as error:
        pytest.skip(f"no right to limit memory (control groups, version 1): {error}")
    for pid in (rig["w"].pid, *rig["w"].children):
        (group / "cgroup.procs").write_text(str(pid))
    yield rig
    rig["w"].kill()
    until(lambda: not (group / "cgroup.procs").read_text(), 10)
    group.rmdir()


def test_a_child_killed_for_lack_of_memory_is_followed_by_one_with_half_the_batch(small_memory: Rig) -> None:
    rig = small_memory
    rig.arm("hear", "devour")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.armed() == set()
    job = rig.job(recording_id)
    assert (job.status, job.batch_size) == (Status.DONE, 1)
    assert check(rig, [recording_id], kills=1).wrong == []
