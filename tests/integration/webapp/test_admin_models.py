"""The page of speech models."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.visitors import log_in

import config
from core import model_installs, model_trials, worker_register
from core.clock import utc_now
from core.database.tables import Status, User
from core.speech_memory import MemoryBudget
from core.worker_register import InstalledModel, LanguageModel, WorkerModels
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


GOOD = {
    "seconds_a_minute": 31.5, "written": 12, "proven": 11, "decisions_found": 3, "decisions": 3, "tasks_found": 4,
    "tasks": 5, "needs_bytes": 3_000_000_000,
}  # fmt: skip
CHAT = LanguageModel("recap:8b", "a" * 64, 4_900_000_000, has_chat_form=True)
BASE = LanguageModel("base:latest", "b" * 64, 250_000_000, has_chat_form=False)


def language_worker() -> None:
    worker(language_models=(CHAT.name, BASE.name), default_language_model=CHAT.name, language_details=(CHAT, BASE))


def try_out(*problems: str) -> None:
    model_trials.request(CHAT.digest, CHAT.name, utc_now())
    claimed = model_trials.claim("gpu", utc_now())
    assert claimed is not None
    model_trials.finish(CHAT.digest, claimed.attempt, GOOD, problems, utc_now())


def test_the_page_lists_language_models_and_says_why_one_is_not_used_by_itself(admins: FlaskClient) -> None:
    assert "No worker reports a language model" in admins.get("/admin/models").text
    language_worker()
    page = admins.get("/admin/models").text
    assert 'recap:8b</span> <span class="badge">in use</span>' in page
    assert "Not tried yet" in page
    assert "Base model, or without its chat template; used only if named" in page


def test_a_trial_is_asked_for_followed_and_shown_where_a_model_is_chosen(
    admins: FlaskClient, browser: FlaskClient
) -> None:
    language_worker()
    assert admins.post(f"/admin/models/language/{CHAT.digest}/try").status_code == 303
    assert "Waits for its turn in the queue" in admins.get("/admin/models").text
    claimed = model_trials.claim("gpu", utc_now())
    assert claimed is not None
    model_trials.note_progress(CHAT.digest, claimed.attempt, 0.4, utc_now())
    told = admins.get("/admin/models/actions").json
    assert told is not None
    assert "40 %" in told["html"]
    assert not told["finished"]
    model_trials.finish(CHAT.digest, claimed.attempt, GOOD, (), utc_now())
    page = admins.get("/admin/models").text
    assert "Fit for recaps on this machine" in page
    assert "32 s a minute of talk, 11 of 12 points proven, 3 of 3 decisions, 4 of 5 tasks" in page
    assert '<td class="nowrap">3.0 GB</td>' in page
    form = browser.get("/upload").text
    assert '<option value="recap:8b" >recap:8b (good on trial, 32 s a minute of talk)</option>' in form
    assert "base:latest (base model, or without its chat template; used only if named)" in form


def test_the_page_says_why_a_model_failed_its_trial(admins: FlaskClient, browser: FlaskClient) -> None:
    language_worker()
    try_out("it takes longer than the meeting")
    failed = "Not fit for recaps on this machine: it takes longer than the meeting; used only if named"
    assert failed in admins.get("/admin/models").text
    assert "failed its trial: it takes longer than the meeting; used only if named" in browser.get("/upload").text


def test_a_trial_can_be_cancelled_and_what_went_wrong_dismissed(admins: FlaskClient) -> None:
    language_worker()
    admins.post(f"/admin/models/language/{CHAT.digest}/try")
    admins.post(f"/admin/models/language/{CHAT.digest}/cancel")
    assert "Waits for its turn" not in admins.get("/admin/models").text
    admins.post(f"/admin/models/language/{CHAT.digest}/try")
    claimed = model_trials.claim("gpu", utc_now())
    assert claimed is not None
    model_trials.fail(
        CHAT.digest, claimed.attempt, "ollama_unreachable", "Ollama did not answer.", "Start it.", utc_now()
    )
    assert "Ollama did not answer" in admins.get("/admin/models").text
    admins.post(f"/admin/models/language/{CHAT.digest}/dismiss")
    assert "Ollama did not answer" not in admins.get("/admin/models").text


def test_only_a_model_that_a_worker_reports_can_be_tried_and_only_by_an_administrator(
    admins: FlaskClient, browser: FlaskClient
) -> None:
    assert admins.post(f"/admin/models/language/{CHAT.digest}/try").status_code == 404
    language_worker()
    assert browser.post(f"/admin/models/language/{CHAT.digest}/try").status_code == 403
    assert model_trials.find(CHAT.digest) is None
