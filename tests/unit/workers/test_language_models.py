from __future__ import annotations

import pytest
from support.helpers import free_port
from support.ollama_server import Model, OllamaServer

from core.clock import utc_now
from core.worker_register import live_workers
from webapp.recordings import choices
from workers import language_models, sweeper
from workers.language_models import Listing


@pytest.fixture(autouse=True)
def always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_models, "LOOK_SECONDS", 0.0)


def test_the_models_that_can_chat_are_told_with_the_one_that_is_used() -> None:
    models = (Model("recap"), Model("embed", capabilities=("embedding",)), Model("big:8b"))
    with OllamaServer(*models) as server:
        told = Listing(server.host, None).tell()
        assert set(told["models"]) == {"recap:latest", "big:8b"}
        assert told["default"] == told["models"][0]
        assert Listing(server.host, "big:8b").tell()["default"] == "big:8b"
        assert Listing(server.host, "recap").tell()["default"] == "recap:latest"
        assert Listing(server.host, "gone").tell()["default"] == ""


def test_what_came_and_went_shows_at_the_next_look() -> None:
    with OllamaServer(Model("recap")) as server:
        listing = Listing(server.host, None)
        assert listing.tell()["models"] == ["recap:latest"]
        server.models["new:latest"] = Model("new:latest")
        del server.models["recap:latest"]
        assert listing.tell()["models"] == ["new:latest"]


def test_ollama_is_asked_once_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_models, "LOOK_SECONDS", 60.0)
    with OllamaServer(Model("recap")) as server:
        listing = Listing(server.host, None)
        first = listing.tell()
        server.models.clear()
        assert listing.tell() == first


def test_without_ollama_nothing_is_told() -> None:
    assert Listing(f"http://127.0.0.1:{free_port()}", None).tell() == {}


@pytest.mark.usefixtures("sqlite")
def test_the_pages_know_the_models_from_the_worker_alone() -> None:
    with OllamaServer(Model("recap")) as server:
        sweeper.report("gpu", "no GPU", {"ollama": Listing(server.host, None).tell()})
    assert live_workers(utc_now())[0].models["ollama"]["default"] == "recap:latest"
    known = choices.language_models()
    assert known is not None
    assert (known.names, known.default) == (("recap:latest",), "recap:latest")
