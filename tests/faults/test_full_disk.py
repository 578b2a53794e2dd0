"""A disk that runs full: uploads are refused, jobs fail with the reason, and what was finished is kept."""

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

from chaos.checks import check
from chaos.nursery import Nursery
from chaos.rig import Rig, fresh, kill, until
from core.accounts import api_keys
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import transitions

pytestmark = pytest.mark.speech

DISK_BYTES = 32 * 1024**2


@pytest.fixture(scope="module")
def small_rig(nursery: Nursery) -> Iterator[Rig]:
    """A rig whose DATA_DIR, database included, lies on a disk of 32 MB."""
    with tempfile.TemporaryDirectory(prefix="small-") as folder:
        disk = Path(folder) / "rig" / "data"
        disk.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no right to mount a small disk: {done.stderr.strip()}")
        rig = Rig(Path(folder) / "rig", nursery, WHISPER_BATCH_SIZE=2)
        try:
            rig.add_worker("w")
            rig.start("redis", "w", "beat")
            yield rig
        finally:
            rig.close()
            subprocess.run(["umount", "--lazy", str(disk)], check=True)  # a killed child may still hold a file


@contextmanager
def full(rig: Rig, leave: int) -> Iterator[None]:
    """The disk is full but for some bytes."""
    filler = rig.data_dir / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    os.truncate(filler, filler.stat().st_size - leave)
    try:
        yield
    finally:
        filler.unlink()


def count_complaints(rig: Rig) -> int:
    """How often the worker met the full disk; where the database is on it too, the outcome cannot even be written."""
    log = rig["w"].read_log()
    return log.count("storage_full") + log.count("the outcome could not be written")


def test_an_upload_is_refused_where_space_is_short(small_rig: Rig) -> None:
    small_rig.start("web")
    key = api_keys.create_api_key(small_rig.owner, "faults")
    answer = httpx.post(
        f"http://127.0.0.1:{small_rig.web_port}/api/v1/recordings", files={"file": ("talk.wav", b"sound" * 1000)},
        headers={"Authorization": f"Bearer {key}"}, timeout=30,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert list((small_rig.data_dir / "incoming").iterdir()) == []
    small_rig["web"].kill()


@pytest.mark.parametrize(
    ("place", "leave"), [("audio.f32:begin", 400_000), ("diarize:computed", 0), ("transcribe.part:written", 0)]
)
def test_a_job_that_meets_a_full_disk_keeps_its_stages_and_goes_on_later(
    small_rig: Rig, place: str, leave: int
) -> None:
    rig = small_rig
    rig.arm(place, "freeze")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: not rig.armed(), 60, "the child freezes", rig.tell)
    holder = rig.holder(recording_id)
    assert holder is not None
    complaints = count_complaints(rig)
    with full(rig, leave):
        kill(holder, signal.SIGCONT)
        until(lambda: count_complaints(rig) > complaints, 30, "it meets the full disk", rig.tell)
    if leave:
        job = rig.job(recording_id)
        assert (job.status, job.error_code, job.error_retryable) == (Status.FAILED, "storage_full", True)
    if rig.job(recording_id).status == Status.FAILED:
        assert transitions.retry(recording_id, utc_now())
        rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=1).wrong == []
