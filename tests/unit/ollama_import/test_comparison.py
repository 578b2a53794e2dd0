from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.gguf_files import gguf
from support.importing import MODELFILE, import_all, only, put_model
from support.ollama_server import OllamaServer

from ollama_import.import_cache import ImportCache
from ollama_import.import_client import ImportClient


def test_an_existing_model_is_kept_unless_forced(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    model = put_model(models, "mine")
    import_all(client, models)
    assert only(client, models) == ("skipped", "already there")
    (model / "Modelfile").write_text(MODELFILE.replace("8192", "4096").replace("hello", "bye"))
    assert only(client, models) == ("skipped", "differs (parameters, messages), use --force")
    assert len(ollama.creates) == 1
    assert only(client, models, force=True) == ("imported", "it obeys its system message")
    assert ollama.models["mine:latest"].parameters["num_ctx"] == 4096
    assert len(ollama.uploads) == 1


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ("{{ .Prompt }}!", "{{ .Prompt }}?", "template"),
        ("You write", "You draw", "system"),
        ("SYSTEM", "# SYSTEM", "system"),
        ("PARAMETER stop a\n", "", "parameters"),
        ("PARAMETER temperature 0.3\n", "", "parameters"),
        ("0.3", "0.4", "parameters"),
        ("LICENSE MIT", "LICENSE BSD", "license"),
        ("MESSAGE assistant hi\n", "", "messages"),
        ("RENDERER qwen3", "RENDERER qwen4", "renderer"),
        ("PARSER qwen3", "PARSER qwen4", "parser"),
        ("REQUIRES 0.12.0", "REQUIRES 0.12.1", "requires"),
    ],
)
def test_each_difference_is_named(client: ImportClient, models: Path, before: str, after: str, differs: str) -> None:
    modelfile = MODELFILE.replace('"You write recaps.\nBegin with the \\"decisions\\"."', "You write recaps.")
    model = put_model(models, "mine", modelfile)
    import_all(client, models)
    (model / "Modelfile").write_text(modelfile.replace(before, after))
    assert only(client, models) == ("skipped", f"differs ({differs}), use --force")


def test_parameters_that_ollama_adds_by_itself_are_no_difference(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    model = put_model(models, "mine", "FROM ./model.gguf\nPARAMETER num_ctx 8192\n")
    import_all(client, models)
    ollama.models["mine:latest"].parameters["stop"] = ["<|im_end|>"]
    assert only(client, models) == ("skipped", "already there")
    (model / "Modelfile").write_text("FROM ./model.gguf\nPARAMETER num_ctx 8192\nPARAMETER stop x\n")
    assert only(client, models) == ("skipped", "differs (parameters), use --force")


def test_a_template_that_ollama_passes_over_for_the_one_in_the_weights_is_no_difference(
    ollama: OllamaServer, client: ImportClient, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_model(models, "mine")
    import_all(client, models)
    show = client.show
    told = show("mine")
    monkeypatch.setattr(client, "show", lambda name: type(told)(**_fields(show(name)) | {"template": "{% jinja %}"}))
    assert only(client, models) == ("skipped", "already there")


def _fields(card: Any) -> dict[str, Any]:
    return {name: getattr(card, name) for name in card.__dataclass_fields__}


@pytest.mark.parametrize("version", ["0.12.6", "0.33.0"])
def test_other_weights_are_a_difference_also_where_ollama_writes_them_anew(
    ollama: OllamaServer, client: ImportClient, models: Path, tmp_path: Path, version: str
) -> None:
    ollama.version = version
    model = put_model(models, "mine")
    cache = ImportCache(tmp_path / "memory.json")
    import_all(client, models, cache)
    assert only(client, models, cache) == ("skipped", "already there")
    (model / "model.gguf").write_bytes(gguf(seed=1))
    assert only(client, models, cache) == ("skipped", "differs (weights), use --force")


def test_weights_of_a_model_that_was_not_imported_from_here_are_compared_as_far_as_it_goes(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    model = put_model(models, "mine")
    import_all(client, models)
    (model / "model.gguf").write_bytes(gguf(seed=1))
    assert only(client, models) == ("skipped", "differs (weights), use --force")
    ollama.models["mine:latest"].written_anew = True
    ollama.version = "0.33.0"
    kept = "already there; its weights can be compared by kind and number only"
    assert only(client, models) == ("skipped", kept)
    ollama.models["mine:latest"].info["general.parameter_count"] = 65
    assert only(client, models) == ("skipped", "differs (weights), use --force")
    ollama.models["mine:latest"].info["general.parameter_count"] = 64
    (model / "model.gguf").write_bytes(gguf("Q8_0"))
    assert only(client, models) == ("skipped", "differs (weights), use --force")


def test_an_adapter_that_was_added_or_taken_away_is_a_difference(client: ImportClient, models: Path) -> None:
    model = put_model(models, "mine", "FROM recap\n", lora__gguf=gguf(general__type="adapter"))
    import_all(client, models)
    (model / "Modelfile").write_text("FROM recap\nADAPTER ./lora.gguf\n")
    assert only(client, models) == ("skipped", "differs (weights, adapter), use --force")
    assert only(client, models, force=True) == ("imported", "it obeys its system message")
    assert only(client, models) == ("skipped", "already there")
    (model / "Modelfile").write_text("FROM recap\n")
    assert only(client, models) == ("skipped", "differs (adapter), use --force")
