"""A disk that runs full: uploads are refused, jobs fail with the reason, and what was finished is kept."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chaos.checks import check
from chaos.nursery import Nursery
from chaos.rig import Rig, fresh, kill, until
from library import jobs, users
from library.models import Status, utc_now

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
            subprocess.run(["umount", str(disk)], check=True)


def fill(rig: Rig, leave: int) -> Path:
    """Fill the disk but for some bytes."""
    filler = rig.data_dir / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(4096))
                file.flush()
        except OSError:
            pass
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - leave)
    return filler


def test_an_upload_is_refused_where_space_is_short(small_rig: Rig) -> None:
    small_rig.start("web")
    key = users.create_api_key(small_rig.owner, "faults")
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
    filler = fill(rig, leave)
    kill(holder, signal.SIGCONT)
    until(lambda: _has_stopped(rig, recording_id, holder), 30, "the job meets the full disk", rig.tell)
    filler.unlink()
    if leave:
        job = rig.job(recording_id)
        assert (job.status, job.error_code, job.error_retryable) == (Status.FAILED, "storage_full", True)
    if rig.job(recording_id).status == Status.FAILED:
        assert jobs.retry(recording_id, utc_now())
        rig.nudge("cpu")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert check(rig, [recording_id], kills=1).wrong == []


def _has_stopped(rig: Rig, recording_id: str, holder: int) -> bool:
    return rig.job(recording_id).status == Status.FAILED or "disk" in rig["w"].read_log()
