"""The page of speech models: a download that is followed, outlives the page, and ends without a reload."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update
from support import page_checks as looks
from support.helpers import wait_until
from support.hub_server import HubModel, HubServer, diarization_files, whisper_files

import config
from core import model_installs, worker_register
from core.accounts import first_steps
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Status, User
from core.models_in_use import list_installed
from core.speech_memory import MemoryBudget
from core.worker_register import WorkerModels
from model_store.catalogue import DIARIZATION, WHISPER_MODELS
from workers.model_installer import ModelInstaller

OpenPage = Callable[..., Any]
TURBO = WHISPER_MODELS[1]
TOKEN = "hf_a-secret-of-the-owner"


@pytest.fixture
def hub(site: str, owner: User) -> Iterator[HubServer]:
    """A hub for the worker's process; the browser's account is an administrator's."""
    with write() as session:
        session.execute(update(User).where(User.id == owner.id).values(is_admin=True))
    first_steps.note_shown(owner.id)  # so that the log-in leads to the library
    report()
    models = {TURBO.repository: HubModel(whisper_files()), DIARIZATION.repository: HubModel(diarization_files())}
    with HubServer(models) as server, pytest.MonkeyPatch.context() as patch:
        patch.delenv("HF_HUB_OFFLINE", raising=False)
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        patch.setenv("HF_ENDPOINT", server.url)
        patch.setenv("HF_TOKEN", TOKEN)
        config.load.cache_clear()
        yield server
        for each in model_installs.list_all():
            model_installs.cancel(each.model, utc_now())
            model_installs.forget(each.model)
    config.load.cache_clear()


def install_next() -> None:
    """What a worker does every two seconds."""
    ModelInstaller().install_next()
    report()


def report() -> None:
    """What a worker says of itself."""
    found = WorkerModels(
        "whisper-demo-en", "no other is installed", "diarization-demo", is_demo=True,
        budget=MemoryBudget(True, 7_900_000_000), installed=list_installed(config.load()),
    )  # fmt: skip
    worker_register.report("gpu-1", ("gpu",), "RTX 4060, 8 GB, driver 570.1", found, utc_now())


def status() -> str:
    return model_installs.list_all()[0].status


def test_a_download_is_followed_survives_the_page_and_ends_by_itself(open_page: OpenPage, hub: HubServer) -> None:
    go_on = threading.Event()
    hub.gate = lambda position: None if position < 1_500_000 else go_on.wait(0.3)
    with open_page() as page:
        page.goto("/admin/models")
        page.get_by_role("button", name="Download large-v3-turbo").click()
        page.get_by_text("Waits for a GPU worker").wait_for()
        worker = threading.Thread(target=install_next)
        worker.start()
        page.get_by_role("progressbar").wait_for()
        page.get_by_text("of 3.0 MB").wait_for()
    go_on.set()  # nobody looks
    worker.join(60)
    assert status() == Status.DONE
    with open_page() as page:
        page.goto("/admin/models")
        assert page.get_by_text("It is installed, and all sums are right").is_visible()
        page.get_by_role("button", name="Check large-v3-turbo").click()
        worker = threading.Thread(target=install_next)
        worker.start()
        page.get_by_text("It is intact").wait_for()  # without a reload
        worker.join(60)
        assert TOKEN not in page.content()
        page.get_by_role("button", name="Dismiss").click()
        page.get_by_text("It is intact").wait_for(state="detached")


def test_a_download_is_cancelled_and_goes_on_by_the_keyboard(open_page: OpenPage, hub: HubServer) -> None:
    go_on = threading.Event()
    hub.gate = lambda position: None if position < 1_500_000 else go_on.wait(0.3)
    model_installs.request(DIARIZATION.folder, "pull", utc_now())
    hub.models[DIARIZATION.repository].files["segmentation/pytorch_model.bin"] = b"weights" * 500_000
    worker = threading.Thread(target=install_next)
    worker.start()
    with open_page() as page:
        page.goto("/admin/models")
        page.get_by_text("Downloading", exact=True).wait_for()
        page.get_by_role("button", name=f"Cancel {DIARIZATION.folder}").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Cancelled. What was downloaded is kept.").wait_for()
        worker.join(60)
        assert status() == Status.CANCELLED
        go_on.set()
        page.get_by_role("button", name="Go on").press("Enter")
        worker = threading.Thread(target=install_next)
        worker.start()
        page.get_by_text("It is installed").wait_for()
        worker.join(60)


def test_a_refused_download_shows_the_page_of_the_terms(open_page: OpenPage, hub: HubServer) -> None:
    hub.models[DIARIZATION.repository].token = "another"
    model_installs.request(DIARIZATION.folder, "pull", utc_now())
    install_next()
    with open_page() as page:
        page.goto("/admin/models")
        assert page.get_by_text("The hub refuses pyannote/speaker-diarization-community-1").is_visible()
        link = page.get_by_role("link", name="Open its terms")
        assert link.get_attribute("href") == f"https://huggingface.co/{DIARIZATION.repository}"
        assert TOKEN not in page.content()
        page.get_by_role("button", name="Try again").click()
        page.get_by_text("Waits for a GPU worker").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_is_readable_in_every_state(open_page: OpenPage, hub: HubServer, theme: str, width: int) -> None:
    show_every_state()
    with open_page(width=width, height=844, color_scheme=theme) as page:
        page.goto("/admin/models")
        assert looks.faint_texts(page) + looks.small_targets(page) + looks.nameless_controls(page) == []
        assert looks.sideways(page) <= 0
        assert page.locator("h1:visible").count() == 1


def show_every_state() -> None:
    """An action in each state."""
    now = utc_now()
    small, base, tiny = WHISPER_MODELS[3:]
    for model in (tiny, base, DIARIZATION, TURBO):
        model_installs.request(model.folder, "pull", now)
        claimed = model_installs.claim(now)
        assert claimed is not None
        if model is tiny:
            model_installs.finish(model.folder, claimed.attempt, "It is installed, and all sums are right.", now)
        elif model is base:
            model_installs.cancel(model.folder, now)
        elif model is DIARIZATION:
            hint = "Log in at Hugging Face and accept the terms, make a token, and put it as HF_TOKEN into .env."
            model_installs.fail(model.folder, claimed.attempt, "model_gated", "It is free. But they ask.", hint, now)
        else:
            progress = model_installs.Progress("downloading", 910_000_000, 1_620_000_000, 11_200_000.0)
            model_installs.note_progress(model.folder, claimed.attempt, progress, now)
    model_installs.request(small.folder, "pull", now)
    wait_until(lambda: len(model_installs.list_all()) == 5)
