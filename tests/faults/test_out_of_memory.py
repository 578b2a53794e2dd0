"""The system kills a child because memory runs out: the next attempt uses half the batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import wait_until
from core.database.tables import Status

pytestmark = pytest.mark.speech

LIMIT_BYTES = 700 * 1024**2


@pytest.fixture
def limited_testbed(testbed: Testbed) -> Iterator[Testbed]:
    """The worker may use 700 MB more than it does."""
    group = Path(f"/sys/fs/cgroup/memory/realrecap-{os.getpid()}")
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(LIMIT_BYTES))
    except OSError as error:
        pytest.skip(f"not allowed to limit memory (control groups, version 1): {error}")
    for pid in (testbed["w"].pid, *testbed["w"].children):
        (group / "cgroup.procs").write_text(str(pid))
    yield testbed
    testbed["w"].kill()
    wait_until(lambda: not (group / "cgroup.procs").read_text(), 10)
    group.rmdir()


def test_the_batch_is_halved_after_a_child_was_killed_for_lack_of_memory(limited_testbed: Testbed) -> None:
    testbed = limited_testbed
    testbed.failpoints.arm("decode_batch", "exhaust_memory")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.failpoints.armed() == set()
    job = testbed.job(recording_id)
    assert (job.status, job.batch_size) == (Status.DONE, 1)
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
