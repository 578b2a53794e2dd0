from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.ollama_models import PLAIN
from support.ollama_server import Model, OllamaServer

from pipeline.errors import OllamaModelMissing
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_selection import find_doubt, select_model

EMBEDDING = Model("embed:latest", capabilities=("embedding",))
CLOUD = Model("big:cloud", remote_host="https://ollama.com:443")
DAMAGED = Model("old:latest", damage="unable to load blob")
BASE = Model("base:latest", template=PLAIN)
RECAP = Model("recap:latest")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(EMBEDDING, CLOUD, DAMAGED, BASE, RECAP) as server:
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


def test_a_model_without_a_chat_template_is_used_only_by_name(server: OllamaServer) -> None:
    del server.models["recap:latest"]
    with OllamaClient(server.host) as client:
        with pytest.raises(OllamaModelMissing, match="is a base model"):
            select_model(client, None)
        found, info = select_model(client, "base")
        doubt = find_doubt(found, info, ())
    assert doubt is not None
    assert doubt.code == "model_without_chat_template"


def test_a_model_that_failed_its_trial_is_used_only_by_name(server: OllamaServer) -> None:
    with OllamaClient(server.host) as client:
        recap = client.find("recap")
        assert recap
        with pytest.raises(OllamaModelMissing, match="failed its trial"):
            select_model(client, None, failed=[recap.digest])
        found, info = select_model(client, "recap", failed=[recap.digest])
        doubt = find_doubt(found, info, [recap.digest])
        assert doubt is not None
        assert doubt.code == "model_failed_trial"
        assert find_doubt(found, info, ()) is None


@pytest.mark.parametrize(
    ("template", "has_form"),
    [
        (PLAIN, False),
        ("{{- .Prompt -}}\n{{ .Response }}", False),
        ("[INST] {{ .Prompt }} [/INST]", True),
        ("{{ .System }}\n{{ .Prompt }}", True),
        ("{%- for message in messages %}{{ message.role }}{%- endfor %}", True),
        ("", True),
    ],
)
def test_the_form_of_a_chat_is_told_by_the_template(server: OllamaServer, template: str, has_form: bool) -> None:
    server.models["recap:latest"].template = template
    with OllamaClient(server.host) as client:
        assert client.show("recap").has_chat_form is has_form


def test_a_renderer_gives_the_form_of_a_chat_too(server: OllamaServer) -> None:
    server.models["base:latest"].renderer = "gemma4"
    with OllamaClient(server.host) as client:
        assert client.show("base").has_chat_form
