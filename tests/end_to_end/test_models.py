"""A model that the site asks for is installed by the real worker, and used without a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from support.helpers import wait_until
from support.hub_server import HubModel, HubServer
from support.running_site import start_site, stop_site

import config
from core import model_installs, worker_register
from core.clock import utc_now
from core.database.tables import ModelInstall, Status
from core.speech_models import DEMO_FOLDER
from model_store.catalogue import WHISPER_MODELS

NAME, REPOSITORY = WHISPER_MODELS[1].folder, WHISPER_MODELS[1].repository


def row() -> ModelInstall:
    return model_installs.list_all()[0]


def test_a_download_outlives_the_site_and_its_model_is_used_by_the_running_worker(
    tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    go_on = threading.Event()
    files = {path.name: path.read_bytes() for path in (DEMO_FOLDER / "whisper-demo-en").iterdir()}
    settings_of(DATA_DIR=tmp_path)
    with HubServer({REPOSITORY: HubModel(files)}) as hub:
        hub.gate = lambda position: None if position < 1_500_000 else go_on.wait(0.3)
        site = start_site(tmp_path, HF_ENDPOINT=hub.url)
        try:
            model_installs.request(NAME, "pull", utc_now())
            wait_until(lambda: row().done_bytes > 1_400_000, 60)
        finally:
            stop_site(site)
        assert row().status == Status.QUEUED
        hub.asked.clear()
        go_on.set()
        site = start_site(tmp_path, HF_ENDPOINT=hub.url)
        try:
            wait_until(lambda: row().status == Status.DONE, 60)
            assert hub.downloads("model.bin")[0].start >= 1_400_000
            # at once, though a worker reports every 15 s only
            wait_until(lambda: NAME in {each.models.whisper for each in worker_register.live_workers(utc_now())}, 10)
        finally:
            stop_site(site)
