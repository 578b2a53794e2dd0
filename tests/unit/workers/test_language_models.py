from __future__ import annotations

import pytest
from support.helpers import free_port
from support.ollama_server import Model, OllamaServer

from core.clock import utc_now
from core.worker_register import WorkerModels, live_workers
from webapp.recordings import option_lists
from workers import language_models, sweeper
from workers.language_models import LanguageModelLister

pytestmark = pytest.mark.usefixtures("sqlite")


@pytest.fixture(autouse=True)
def always_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_models, "REFRESH_SECONDS", 0.0)


def listed(host: str, named: str | None = None) -> WorkerModels:
    return LanguageModelLister(host, named).add_to(WorkerModels())


def test_models_that_can_chat_are_listed_with_the_one_in_use() -> None:
    models = (Model("recap"), Model("embed", capabilities=("embedding",)), Model("big:8b"))
    with OllamaServer(*models) as server:
        found = listed(server.host)
        assert set(found.language_models) == {"recap:latest", "big:8b"}
        assert found.default_language_model == found.language_models[0]
        assert listed(server.host, "big:8b").default_language_model == "big:8b"
        assert listed(server.host, "recap").default_language_model == "recap:latest"
        assert listed(server.host, "gone").default_language_model == ""


def test_models_that_came_and_went_show_at_the_next_refresh() -> None:
    with OllamaServer(Model("recap")) as server:
        lister = LanguageModelLister(server.host, None)
        assert lister.add_to(WorkerModels()).language_models == ("recap:latest",)
        server.models["new:latest"] = Model("new:latest")
        del server.models["recap:latest"]
        assert lister.add_to(WorkerModels()).language_models == ("new:latest",)


def test_ollama_is_asked_once_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_models, "REFRESH_SECONDS", 60.0)
    with OllamaServer(Model("recap")) as server:
        lister = LanguageModelLister(server.host, None)
        first = lister.add_to(WorkerModels())
        server.models.clear()
        assert lister.add_to(WorkerModels()) == first


def test_without_ollama_no_model_is_listed() -> None:
    assert listed(f"http://127.0.0.1:{free_port()}") == WorkerModels()


def test_the_pages_know_the_models_from_the_worker_alone() -> None:
    with OllamaServer(Model("recap")) as server:
        sweeper.report(("gpu",), "no GPU", listed(server.host))
    assert live_workers(utc_now())[0].models.default_language_model == "recap:latest"
    known = option_lists.offered_models()
    assert known is not None
    assert (known.names, known.default) == (("recap:latest",), "recap:latest")
