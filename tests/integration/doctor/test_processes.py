"""`flask doctor` tells which workers live and since when, and whether beat does; their logs say what they run on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from support.helpers import ROOT, wait_until

import config
from core import worker_register
from core.clock import utc_now
from core.jobs import pausing
from core.worker_register import WorkerModels
from webapp import create_app
from webapp.cli.check_result import CheckResult
from webapp.cli.worker_checks import check_beat, check_workers
from workers import sweeper

Doctor = Callable[[str], CheckResult]


@contextmanager
def celery(log: Path, *arguments: str, prefix: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """A process of RealRecap on the settings of this test."""
    command = [*prefix, sys.executable, "-m", "celery", "--quiet", "-A", "run.celery", *arguments]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=output, stderr=output) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def test_beat_and_workers_are_seen_from_their_start_to_a_minute_after_their_end(
    redis: Redis, doctor: Doctor, data_dir: Path, tmp_path: Path
) -> None:
    assert (doctor("beat").level, "none: old files are not cleaned up" in doctor("beat").state) == ("warning", True)
    assert doctor("workers").level == "error"
    log = tmp_path / "worker.log"
    worker = ("worker", "-Q", "gpu,cpu", "--concurrency=1", "--without-gossip", "--without-mingle")
    with celery(tmp_path / "beat.log", "beat", "-s", str(data_dir / "schedule")), celery(log, *worker):
        wait_until(lambda: doctor("beat").level == "ok" and doctor("workers").level == "ok", 60)
        assert doctor("beat").state.startswith(f"alive since {utc_now():%Y-%m-%d} ")
        assert f"CPU int8, alive since {utc_now():%Y-%m-%d} " in doctor("workers").state
        wait_until(lambda: "serves gpu, cpu on " in log.read_text(), 60)
    words = log.read_text()
    assert (
        "on no GPU: CPU int8; speech by whisper-demo-en (no other is installed); speakers by diarization-demo" in words
    )
    assert "WorkerModels(" not in words
    later = utc_now() + timedelta(minutes=3)
    for check in (check_beat, check_workers):
        found = check(config.load(), later)
        assert "none, the last was seen 3 min ago" in found.state
        assert "make run" in str(found.fix)


def test_beat_serves_nobody(sqlite: str) -> None:
    worker_register.report_beat("here:1:beat", utc_now(), utc_now())
    assert worker_register.live_workers(utc_now()) == []


def test_a_queue_without_a_worker_is_named_and_a_paused_one_too(doctor: Doctor) -> None:
    sweeper.report(("gpu",), "no GPU: CPU int8", WorkerModels())
    found = doctor("workers")
    assert (found.level, "cpu: none" in found.state) == ("error", True)
    sweeper.report(("cpu", "llm"), "no GPU: CPU int8", WorkerModels())
    assert doctor("workers").level == "ok"
    pausing.set_paused("gpu", utc_now())
    assert (doctor("workers").level, "flask jobs resume" in str(doctor("workers").fix)) == ("warning", True)
    pausing.set_paused("gpu", None)
    assert doctor("workers").level == "ok"


@pytest.mark.parametrize(
    ("models", "words"),
    [
        (WorkerModels("large", "it fits", "pyannote"), "speech by large (it fits); speakers by pyannote"),
        (WorkerModels(problem="No speech model is installed."), "No speech model is installed."),
        (WorkerModels(), ""),
    ],
)
def test_the_models_of_a_worker_are_told_in_words(models: WorkerModels, words: str) -> None:
    assert worker_register.describe(models) == words


#: A card on the PCI bus of a process that sees its own mounts.
PLUG_IN = (
    "mount -t tmpfs tmpfs /sys/bus/pci/devices && mkdir /sys/bus/pci/devices/card && cd /sys/bus/pci/devices/card && "
    'echo 0x10de > vendor && echo 0x030000 > class && cd "$OLDPWD" && exec "$@"'
)


def test_a_worker_beside_a_card_without_a_driver_says_so_aloud(
    redis: Redis, doctor: Doctor, tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef")
    isolated = ("unshare", "--mount", "sh", "-c", PLUG_IN, "sh")
    if subprocess.run([*isolated, "true"], capture_output=True, check=False).returncode:
        pytest.skip("not allowed to mount")
    log = tmp_path / "worker.log"
    with celery(log, "worker", "-Q", "gpu", "--concurrency=1", "--without-gossip", "--without-mingle", prefix=isolated):
        wait_until(lambda: doctor("gpu").level == "error", 60)
    assert doctor("gpu").state == "an NVIDIA GPU is in this machine, but its driver is not here"
    (line,) = (line for line in log.read_text().splitlines() if "so the CPU is used" in line)
    assert "ERROR" in line.upper()
    assert "GPU_AVAILABLE to false" in line
    answer = create_app().test_client().get("/readyz")
    assert answer.json["parts"]["gpu"] == doctor("gpu").state
    assert "gpu" in answer.json["degraded"]
