"""A full disk: uploads are refused, jobs fail with the reason, and finished stages are kept."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from chaos.fork_server import ForkServer
from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import send_signal, wait_until
from core.accounts import api_keys
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import transitions

pytestmark = pytest.mark.speech

DISK_BYTES = 32 * 1024**2


@pytest.fixture(scope="module")
def small_disk_testbed(fork_server: ForkServer) -> Iterator[Testbed]:
    """A testbed whose DATA_DIR, including the database, is on a disk of 32 MB."""
    with tempfile.TemporaryDirectory(prefix="small-") as folder:
        disk = Path(folder) / "testbed" / "data"
        disk.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"not allowed to mount a small disk: {done.stderr.strip()}")
        testbed = Testbed(Path(folder) / "testbed", fork_server, WHISPER_BATCH_SIZE=2)
        try:
            testbed.add_worker("w")
            testbed.start("redis", "w", "beat")
            yield testbed
        finally:
            testbed.close()
            subprocess.run(["umount", "--lazy", str(disk)], check=True)  # a killed child may still have a file open


@contextmanager
def fill_disk(testbed: Testbed, leave: int) -> Iterator[None]:
    """The disk is full except for some bytes."""
    filler = testbed.data_dir / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    os.truncate(filler, filler.stat().st_size - leave)
    try:
        yield
    finally:
        filler.unlink()


def count_complaints(testbed: Testbed) -> int:
    """How often the worker reported the full disk. With the database on it, not even the outcome can be written."""
    log = testbed["w"].read_log()
    return log.count("storage_full") + log.count("the outcome could not be written")


def test_an_upload_is_refused_while_space_is_short(small_disk_testbed: Testbed) -> None:
    small_disk_testbed.start("web")
    key = api_keys.create_api_key(small_disk_testbed.owner, "faults")
    answer = httpx.post(
        f"http://127.0.0.1:{small_disk_testbed.web_port}/api/v1/recordings",
        files={"file": ("talk.wav", b"sound" * 1000)}, headers={"Authorization": f"Bearer {key}"}, timeout=30,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert list((small_disk_testbed.data_dir / "incoming").iterdir()) == []
    small_disk_testbed["web"].kill()


@pytest.mark.parametrize(
    ("failpoint", "leave"), [("audio.f16:begin", 400_000), ("diarize:computed", 0), ("transcribe.part:written", 0)]
)
def test_a_job_that_hits_a_full_disk_keeps_its_stages_and_resumes_later(
    small_disk_testbed: Testbed, failpoint: str, leave: int
) -> None:
    testbed = small_disk_testbed
    testbed.failpoints.arm(failpoint, "freeze")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    holder = testbed.wait_holder(recording_id)
    complaints = count_complaints(testbed)
    with fill_disk(testbed, leave):
        send_signal(holder, signal.SIGCONT)
        wait_until(
            lambda: count_complaints(testbed) > complaints, 30, "the worker hits the full disk", testbed.log_tails
        )
        if leave:
            testbed.wait_final(recording_id)
    if leave:
        job = testbed.job(recording_id)
        assert (job.status, job.error_code, job.error_retryable) == (Status.FAILED, "storage_full", True)
    if testbed.job(recording_id).status == Status.FAILED:
        assert transitions.retry(recording_id, utc_now())
        testbed.notify("cpu")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
