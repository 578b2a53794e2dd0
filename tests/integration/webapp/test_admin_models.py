"""The page of speech models."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.visitors import log_in

import config
from core import model_installs, worker_register
from core.clock import utc_now
from core.database.tables import Status, User
from core.speech_memory import MemoryBudget
from core.worker_register import InstalledModel, WorkerModels
from model_store.catalogue import DIARIZATION, WHISPER_MODELS

NAME = WHISPER_MODELS[1].folder
TOKEN = "hf_a-secret-of-the-owner"


@pytest.fixture
def admins(app: Flask, admin: User) -> FlaskClient:
    """The browser of an administrator."""
    return log_in(app, admin)


def worker(**models: object) -> None:
    worker_register.report("gpu-1", ("gpu",), "GPU", WorkerModels(**models), utc_now())  # type: ignore[arg-type]


def test_the_page_says_what_is_used_what_fits_and_what_to_install(admins: FlaskClient, change_settings: object) -> None:
    budget = MemoryBudget(True, 6_000_000_000)
    worker(whisper="faster-whisper-small", reason="the largest that fits", diarization="x", budget=budget)
    page = admins.get("/admin/models").text
    assert "faster-whisper-small</span>: the largest that fits" in page
    assert "6.0 GB of free GPU memory" in page
    assert page.count("more than is free") >= 1  # large-v3
    assert page.count(">recommended<") == 2
    assert "No GPU worker is running" not in page
    assert "which is not set where the GPU worker runs." in page


def test_one_press_asks_for_all_that_is_recommended(admins: FlaskClient) -> None:
    assert "Download recommended" in admins.get("/admin/models").text
    assert admins.post("/admin/models/recommended").status_code == 303
    assert {each.model for each in model_installs.list_all()} == {NAME, DIARIZATION.folder}
    assert "Download recommended" not in admins.get("/admin/models").text


def test_without_a_worker_the_page_says_how_to_start_one(admins: FlaskClient) -> None:
    assert "No GPU worker is running" in admins.get("/admin/models").text


def test_a_download_is_asked_for_followed_cancelled_and_dismissed(admins: FlaskClient) -> None:
    assert admins.post(f"/admin/models/{NAME}/pull").status_code == 303
    assert "Waits for a GPU worker" in admins.get("/admin/models").text
    claimed = model_installs.claim(utc_now())
    assert claimed is not None
    progress = model_installs.Progress("downloading", 810_000_000, 1_620_000_000, 9_000_000.0)
    model_installs.note_progress(NAME, claimed.attempt, progress, utc_now())
    state = admins.get("/admin/models/actions").get_json()
    assert (state["finished"], state["announcement"]) == (False, f"{NAME}: Downloading")
    assert "50 %" in state["html"]
    assert "810 MB of 1.6 GB, 9.0 MB/s, 2 min left" in state["html"]
    assert admins.post(f"/admin/models/{NAME}/cancel").status_code == 303
    state = admins.get("/admin/models/actions").get_json()
    assert (state["finished"], "What was downloaded is kept" in state["html"]) == (True, True)
    admins.post(f"/admin/models/{NAME}/dismiss")
    assert admins.get("/admin/models/actions").get_json()["html"].strip() == ""


def test_a_failure_is_shown_with_its_hint_and_the_page_of_the_terms(admins: FlaskClient) -> None:
    admins.post(f"/admin/models/{DIARIZATION.folder}/pull")
    claimed = model_installs.claim(utc_now())
    assert claimed is not None
    model_installs.fail(DIARIZATION.folder, claimed.attempt, "model_gated", "It asks. First.", "Accept <b>.", utc_now())
    page = admins.get("/admin/models").text
    assert "Accept &lt;b&gt;." in page
    assert f'href="https://huggingface.co/{DIARIZATION.repository}"' in page
    assert "Try again" in page
    admins.post(f"/admin/models/{DIARIZATION.folder}/pull")
    assert next(iter(model_installs.list_all())).status == Status.QUEUED


def test_models_of_a_worker_on_another_machine_count_as_installed(admins: FlaskClient) -> None:
    worker(installed=(InstalledModel(NAME, "whisper", 1_617_000_000), InstalledModel("our-own", "whisper", 9)))
    page = admins.get("/admin/models").text
    assert "our-own" in page
    assert page.count(">installed<") == 2
    assert admins.post("/admin/models/our-own/verify").status_code == 303


def test_installed_models_can_be_checked_and_others_cannot(admins: FlaskClient, data_dir: Path) -> None:
    assert admins.post(f"/admin/models/{NAME}/verify").status_code == 404
    folder = data_dir / "models" / NAME
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(b"x")
    (folder / "config.json").write_text("{}")
    assert admins.post(f"/admin/models/{NAME}/verify").status_code == 303
    assert next(iter(model_installs.list_all())).action == "verify"
    assert admins.post("/admin/models/nothing/pull").status_code == 404
    assert admins.post("/admin/models/..%2Fx/pull").status_code == 404


def test_the_token_is_never_shown(admins: FlaskClient, change_settings: object) -> None:
    assert callable(change_settings)
    change_settings(HF_TOKEN=TOKEN)
    page = admins.get("/admin/models").text
    assert TOKEN not in page
    assert "which is set." in page
    worker(has_token=True)
    assert "which is set where the GPU worker runs." in admins.get("/admin/models").text
    assert TOKEN not in repr(config.load())


def test_only_administrators_manage_models(browser: FlaskClient, app: Flask) -> None:
    assert browser.get("/admin/models").status_code == 403
    assert browser.post(f"/admin/models/{NAME}/pull").status_code == 403
    assert app.test_client().get("/admin/models").status_code in (302, 401)
    assert model_installs.list_all() == []
    assert "/admin/models" not in browser.get("/").text
