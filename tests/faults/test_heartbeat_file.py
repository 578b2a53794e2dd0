"""The file that the health checks of containers look at: kept fresh by beat, and by a worker also during a long job."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.compose_files import read_services

from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import wait_until
from core.database.tables import Status
from workers.sweeper import REPORT_SECONDS

#: The shell's own test of the file, as containers run it.
_, CHECK = read_services()["celery_worker"]["healthcheck"]["test"]
_PATH = read_services()["celery_worker"]["environment"]["HEARTBEAT_FILE"]


def is_healthy(file: Path) -> bool:
    return subprocess.run(["sh", "-c", CHECK.replace(_PATH, str(file))], stderr=subprocess.DEVNULL).returncode == 0


def age(file: Path, seconds: float) -> None:
    """Pretend that the last touch was so long ago."""
    os.utime(file, (time.time() - seconds,) * 2)


def start_with_heartbeat(testbed: Testbed, name: str) -> Path:
    file = testbed.folder / f"{name}-heartbeat"
    testbed[name].environment["HEARTBEAT_FILE"] = str(file)
    testbed.start(name)
    wait_until(file.exists, 60, f"{name} touches its file", testbed.log_tails)
    return file


def test_a_file_counts_for_longer_than_a_worker_takes_to_touch_it_again(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    assert not is_healthy(file)
    file.touch()
    age(file, 2 * REPORT_SECONDS)
    assert is_healthy(file)
    age(file, 61)
    assert not is_healthy(file)


@pytest.mark.speech
def test_a_worker_is_healthy_during_a_long_job_and_not_once_it_is_frozen(testbed: Testbed) -> None:
    testbed["w"].kill_all()
    testbed.add_worker("long")
    file = start_with_heartbeat(testbed, "long")
    testbed.failpoints.arm("diarize:compute", "busy")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    testbed.wait_injected()
    age(file, 3600)
    wait_until(lambda: is_healthy(file), 2 * REPORT_SECONDS, "the file is touched during the job", testbed.log_tails)
    assert testbed.job(recording_id).status == Status.RUNNING
    testbed["long"].signal(signal.SIGSTOP)  # the child works on
    age(file, 3600)
    assert not is_healthy(file)


def test_beat_touches_its_file_again_and_again(testbed: Testbed) -> None:
    testbed.add_beat("other")
    file = start_with_heartbeat(testbed, "other")
    age(file, 3600)
    wait_until(lambda: is_healthy(file), 20, "beat touches its file again", testbed.log_tails)
