from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.ollama_server import Model, OllamaServer

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_selection import select_model

EMBEDDING = Model("embed:latest", capabilities=("embedding",))
CLOUD = Model("big:cloud", remote_host="https://ollama.com:443")
DAMAGED = Model("old:latest", damage="unable to load blob")
RECAP = Model("recap:latest")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(EMBEDDING, CLOUD, DAMAGED, RECAP) as server:
        yield server


def test_the_first_that_can_chat_here_is_taken(server: OllamaServer) -> None:
    with OllamaClient(server.host) as client:
        found, card = select_model(client, None)
    assert (found.name, card.window) == ("recap:latest", 32768)


def test_a_named_model_is_taken_whatever_it_is_and_no_other_in_its_place(server: OllamaServer) -> None:
    with OllamaClient(server.host) as client:
        assert select_model(client, "BIG:cloud")[1].remote_host
        with pytest.raises(OllamaRefused, match="unable to load"):
            select_model(client, "old")
        with pytest.raises(OllamaModelMissing, match="does not have the model recap:8b"):
            select_model(client, "recap:8b")


def test_without_a_model_that_can_chat_here_there_is_none(server: OllamaServer) -> None:
    del server.models["recap:latest"]
    with OllamaClient(server.host) as client, pytest.raises(OllamaModelMissing):
        select_model(client, None)
