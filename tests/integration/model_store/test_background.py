"""Downloads that the site asks for: done by a process of its own, followed and cancelled through the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from support.helpers import ROOT, wait_until
from support.hub_server import HubServer

import config
from core import model_installs
from core.clock import utc_now
from core.database.tables import ModelInstall, Status
from core.model_actions import SILENT
from model_store import background
from model_store.catalogue import DIARIZATION, WHISPER_MODELS
from workers.model_installer import ModelInstaller

pytestmark = pytest.mark.usefixtures("sqlite")
NAME = WHISPER_MODELS[1].folder
TOKEN = "hf_a-secret-of-the-owner"


def row(model: str = NAME) -> ModelInstall:
    return next(each for each in model_installs.list_all() if each.model == model)


def ask(model: str = NAME, action: model_installs.Action = "pull") -> bool:
    return model_installs.request(model, action, utc_now())


def install_next() -> None:
    """What a worker does every two seconds."""
    ModelInstaller().install_next()


def log_of(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0]


@contextmanager
def held_download(hub: HubServer) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of a download, until the context ends."""
    go_on = threading.Event()
    hub.gate = lambda position: None if position < 1_500_000 else go_on.wait(0.3)
    ask()
    claimed = model_installs.claim(utc_now())
    assert claimed is not None
    command = [sys.executable, "-m", "model_store.background", NAME, str(claimed.attempt), "pull"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until(lambda: row().done_bytes > 1_400_000 or process.poll() is not None, 60)
        yield process
    finally:
        go_on.set()
        hub.gate = None
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_a_worker_takes_a_request_up_and_the_row_tells_how_it_went(hub: HubServer, models: Path) -> None:
    assert ask()
    assert not ask()  # it is under way
    install_next()
    found = row()
    assert (found.status, found.message) == (
        Status.DONE, "It is installed, and all sums are right. The next recording can use it.",
    )  # fmt: skip
    assert (models / NAME / "model.bin").is_file()
    install_next()  # nothing waits
    assert ask(action="verify")
    install_next()
    assert row().message == "It is intact: all sums are right."


def test_damage_and_refusals_are_told_with_a_way_out(
    hub: HubServer, models: Path, settings_of: Callable[..., config.Settings], capfd: pytest.CaptureFixture[str]
) -> None:
    hub.models[DIARIZATION.repository].token = "another"
    settings_of(HF_TOKEN=TOKEN)
    ask(DIARIZATION.folder)
    install_next()
    found = row(DIARIZATION.folder)
    assert (found.status, found.code) == (Status.FAILED, "model_gated")
    assert "Accept the terms at https://huggingface.co/pyannote" in found.hint
    ask()
    install_next()
    (models / NAME / "model.bin").write_bytes(b"other")
    ask(action="verify")
    install_next()
    assert row().message == f"{NAME} is damaged: model.bin has 5 bytes instead of 3,000,000."
    assert row().hint == "Download it again: only what is damaged is fetched."
    stored = "".join(each.message + each.hint + each.doing for each in model_installs.list_all())
    assert TOKEN not in "".join(capfd.readouterr()) + stored


def test_a_download_that_is_cancelled_stops_and_the_next_goes_on(hub: HubServer, models: Path) -> None:
    with held_download(hub) as process:
        assert model_installs.cancel(NAME, utc_now())
        assert "was cancelled" in log_of(process)
    assert row().status == Status.CANCELLED
    assert not (models / NAME).exists()
    hub.asked.clear()
    ask()
    install_next()
    assert row().status == Status.DONE


def test_a_process_that_is_asked_to_leave_gives_its_work_back(hub: HubServer) -> None:
    with held_download(hub) as process:
        process.send_signal(signal.SIGTERM)
        assert "goes on in another process" in log_of(process)
    assert row().status == Status.QUEUED
    hub.asked.clear()
    install_next()
    assert row().status == Status.DONE
    assert hub.downloads("model.bin")[0].start >= 1_400_000


def test_a_worker_that_leaves_ends_its_process_and_starts_no_other(hub: HubServer) -> None:
    go_on = threading.Event()
    hub.gate = lambda position: None if position < 1_500_000 else go_on.wait(0.3)
    ask()
    installer = ModelInstaller()
    worker = threading.Thread(target=installer.install_next)
    worker.start()
    wait_until(lambda: row().done_bytes > 1_400_000, 60)
    installer.leave()
    worker.join(60)
    go_on.set()
    assert row().status == Status.QUEUED
    installer.install_next()
    assert row().status == Status.QUEUED


def test_the_work_of_a_killed_process_is_taken_up_later(hub: HubServer) -> None:
    with held_download(hub) as process:
        process.kill()
        process.wait()
    assert row().status == Status.RUNNING
    assert model_installs.claim(utc_now()) is None
    later = model_installs.claim(utc_now() + SILENT + timedelta(seconds=1))
    assert later is not None
    background.run(NAME, later.attempt, "pull")
    assert row().status == Status.DONE


def test_a_process_whose_worker_has_gone_gives_its_work_back(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    claimed = model_installs.claim(utc_now())
    assert claimed is not None
    parents = [os.getppid()]
    monkeypatch.setattr(os, "getppid", lambda: parents.pop() if parents else 1)
    background.run(NAME, claimed.attempt, "pull")
    assert row().status == Status.QUEUED


def test_a_process_that_lost_its_row_changes_nothing(any_database: str) -> None:
    now = utc_now()
    ask()
    claimed = model_installs.claim(now)
    assert claimed is not None
    model_installs.cancel(NAME, now)
    assert not model_installs.note_progress(NAME, claimed.attempt, model_installs.Progress("downloading"), now)
    model_installs.finish(NAME, claimed.attempt, "late", now)
    assert (row().status, row().message) == (Status.CANCELLED, "")
    ask()
    model_installs.forget(NAME)  # not while it waits
    assert row().status == Status.QUEUED


def test_rate_and_position_are_written_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    claimed = model_installs.claim(utc_now())
    assert claimed is not None
    now = [0.0]
    report = background.Reporter(NAME, claimed.attempt, lambda: now[0])
    for second, done in ((0.0, 100), (0.1, 150), (1.0, 300), (2.0, 500)):
        now[0] = second
        report("downloading", done, 1000)
        if second == 0.1:
            assert row().done_bytes == 100
    found = row()
    assert (found.done_bytes, found.total_bytes, found.bytes_per_second) == (500, 1000, 200.0)
