from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ollama_server import OllamaServer

from pipeline.ollama.client import OllamaClient
from pipeline.ollama.importer import ImportResult, find_models, import_folder, import_model
from pipeline.ollama.weights import WeightsError, find_weights

MODELFILE = """FROM ./model.gguf
TEMPLATE "{{ .Prompt }}!"
SYSTEM You write recaps.
PARAMETER num_ctx 8192
PARAMETER stop a
PARAMETER stop b
LICENSE MIT
MESSAGE user hello
RENDERER qwen3
"""


@pytest.fixture
def client(ollama: OllamaServer) -> Iterator[OllamaClient]:
    with OllamaClient(ollama.host) as client:
        yield client


def put_model(folder: Path, name: str, modelfile: str = MODELFILE, weights: bytes = b"GGUF1") -> Path:
    model = folder / name
    model.mkdir(parents=True)
    (model / "Modelfile").write_text(modelfile)
    (model / "model.gguf").write_bytes(weights)
    return model


def import_all(client: OllamaClient, folder: Path, force: bool = False) -> list[ImportResult]:
    return [import_model(client, source, force=force) for source in find_models(folder)]


def test_models_are_found_with_names_and_tags(tmp_path: Path) -> None:
    put_model(tmp_path, "plain")
    (put_model(tmp_path, "named") / "NAME").write_text("recap:8b\n")
    (tmp_path / "single.Modelfile").write_text("FROM base")
    several = tmp_path / "several"
    several.mkdir()
    for tag in ("8b", "70b"):
        (several / f"{tag}.Modelfile").write_text("FROM base")
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    assert [one.name for one in find_models(tmp_path)] == ["plain", "recap:8b", "several:70b", "several:8b", "single"]


def test_a_model_is_uploaded_created_and_looked_up(ollama: OllamaServer, client: OllamaClient, tmp_path: Path) -> None:
    put_model(tmp_path, "mine")
    assert import_all(client, tmp_path) == [ImportResult("mine", "imported")]
    (body,) = ollama.creates
    assert body.pop("files").keys() == {"model.gguf"}
    assert body == {
        "model": "mine",
        "stream": True,
        "template": "{{ .Prompt }}!",
        "system": "You write recaps.",
        "parameters": {"num_ctx": 8192, "stop": ["a", "b"]},
        "license": ["MIT"],
        "messages": [{"role": "user", "content": "hello"}],
        "renderer": "qwen3",
    }


def test_an_existing_model_is_kept_unless_forced(ollama: OllamaServer, client: OllamaClient, tmp_path: Path) -> None:
    model = put_model(tmp_path, "mine")
    import_all(client, tmp_path)
    assert import_all(client, tmp_path) == [ImportResult("mine", "skipped", "already there")]
    (model / "Modelfile").write_text(MODELFILE.replace("8192", "4096"))
    assert import_all(client, tmp_path) == [ImportResult("mine", "skipped", "differs (parameters), use --force")]
    assert len(ollama.creates) == 1
    assert import_all(client, tmp_path, force=True) == [ImportResult("mine", "imported")]
    assert ollama.models["mine:latest"].parameters["num_ctx"] == 4096
    assert len(ollama.uploads) == 1


def test_a_model_may_stand_on_another_of_the_server(ollama: OllamaServer, client: OllamaClient, tmp_path: Path) -> None:
    put_model(tmp_path, "based", "FROM recap\nSYSTEM Be brief.\n")
    put_model(tmp_path, "lost", "FROM nowhere\n")
    based, lost = import_all(client, tmp_path)
    assert based.outcome == "imported"
    assert ollama.creates[0]["from"] == "recap"
    assert (lost.outcome, lost.reason) == ("failed", "Ollama refused: pull model manifest: file does not exist")


@pytest.mark.parametrize(
    ("modelfile", "weights", "reason"),
    [
        ("FROM ./other.gguf\n", b"GGUF", "other.gguf does not exist"),
        ("FROM ./model.gguf\n", b"what?", "not in GGUF format"),
        ("FROM ./model.gguf\nADAPTER ./lora.gguf\n", b"GGUF", "lora.gguf does not exist"),
        ("FROM ./model.gguf\nPARAMETER num_ctx x\n", b"GGUF", "line 2: num_ctx must be"),
        ("SYSTEM hello\n", b"GGUF", "there is no FROM line"),
    ],
)
def test_a_model_that_fails_says_why_and_the_others_go_on(
    client: OllamaClient, tmp_path: Path, modelfile: str, weights: bytes, reason: str
) -> None:
    put_model(tmp_path, "a-broken", modelfile, weights)
    put_model(tmp_path, "b-good")
    broken, good = import_all(client, tmp_path)
    assert broken.outcome == "failed"
    assert reason in broken.reason
    assert good.outcome == "imported"


def test_an_error_in_mid_stream_under_http_200_is_a_failure(
    ollama: OllamaServer, client: OllamaClient, tmp_path: Path
) -> None:
    put_model(tmp_path, "mine")
    ollama.create_error = "no space left on device"
    assert import_all(client, tmp_path) == [ImportResult("mine", "failed", "Ollama refused: no space left on device")]


def test_a_server_too_old_to_create_is_refused_before_the_upload(
    ollama: OllamaServer, client: OllamaClient, tmp_path: Path
) -> None:
    ollama.version = "0.4.9"
    put_model(tmp_path, "mine")
    (result,) = import_all(client, tmp_path)
    assert "0.5.5 or later" in result.reason
    assert ollama.uploads == []


def test_all_parts_of_a_split_model_are_sent(tmp_path: Path) -> None:
    for part in (1, 2, 3):
        (tmp_path / f"big-0000{part}-of-00003.gguf").write_bytes(b"GGUF")
    names = [f"big-0000{part}-of-00003.gguf" for part in (1, 2, 3)]
    assert sorted(find_weights("big-00001-of-00003.gguf", tmp_path)) == names
    (tmp_path / names[2]).unlink()
    with pytest.raises(WeightsError, match="one of 3 parts, but 2 are there"):
        find_weights(names[0], tmp_path)


def test_a_folder_of_safetensors_comes_with_what_it_needs_and_stays_inside(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("model-1.safetensors", "model-2.safetensors", "config.json", "tokenizer.model", "notes.txt"):
        (folder / name).write_bytes(b"{}")
    assert sorted(find_weights("./weights", tmp_path)) == [
        "config.json", "model-1.safetensors", "model-2.safetensors", "tokenizer.model",
    ]  # fmt: skip
    (tmp_path / "secret.json").write_text("{}")
    os.symlink(tmp_path / "secret.json", folder / "stolen.json")
    with pytest.raises(WeightsError, match="leads out of its folder"):
        find_weights("./weights", tmp_path)


def test_a_folder_is_imported_with_a_table_of_what_came_of_it(ollama: OllamaServer, tmp_path: Path) -> None:
    put_model(tmp_path, "good")
    put_model(tmp_path, "bad", "FROM ./missing.gguf\n")
    said: list[str] = []
    assert not import_folder(ollama.host, tmp_path, echo=said.append)
    assert said[-1] == "good  imported"
    assert said[-2].startswith("bad   failed    ")
    assert "good: uploading model.gguf 100%" in said
    (tmp_path / "bad" / "model.gguf").rename(tmp_path / "bad" / "missing.gguf")
    assert import_folder(ollama.host, tmp_path, echo=said.append)


def test_no_folder_no_model_and_no_server_are_told() -> None:
    said: list[str] = []
    assert not import_folder("http://127.0.0.1:9", Path("/nowhere/models"), echo=said.append)
    assert "there is no folder /nowhere/models" in said[-1]


def test_an_unreachable_server_fails_each_model_in_plain_words(tmp_path: Path) -> None:
    put_model(tmp_path, "mine")
    said: list[str] = []
    assert not import_folder("http://127.0.0.1:9", tmp_path, echo=said.append)
    assert said[-1].startswith("mine  failed    Ollama did not answer. Start Ollama")
    assert not import_folder("http://127.0.0.1:9", tmp_path / "mine", echo=said.append)
    assert "There are no models in" in said[-1]
