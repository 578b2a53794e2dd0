"""The official client must take the stand-in for Ollama, call by call: that keeps the other tests honest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import ollama as official
import pytest
from support.gguf_files import gguf
from support.ollama_server import Model, OllamaServer, Reply, says

QUESTION = [{"role": "user", "content": "hi"}]


@pytest.fixture
def client(ollama: OllamaServer) -> Iterator[official.Client]:
    client = official.Client(host=ollama.host, timeout=30)
    yield client
    client.close()


@pytest.fixture
def digest(client: official.Client, tmp_path: Path) -> str:
    """A file that was sent."""
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf("F16"))
    return client.create_blob(path)


def test_list(ollama: OllamaServer, client: official.Client) -> None:
    ollama.models["other:1b"] = Model("other:1b", size=5)
    found = {one.model: one for one in client.list().models}
    assert found.keys() == {"recap:latest", "other:1b"}
    other = found["other:1b"]
    assert (other.size, len(other.digest or ""), isinstance(other.modified_at, datetime)) == (5, 64, True)
    assert other.details
    assert other.details.quantization_level == "Q4_K_M"


def test_show(ollama: OllamaServer, client: official.Client) -> None:
    ollama.models["recap:latest"].parameters = {"num_ctx": 8192, "stop": ["a", "b"]}
    shown = client.show("recap")
    assert (shown.modelinfo or {})["llama.context_length"] == 32768
    assert shown.capabilities == ["completion"]
    assert [line.split() for line in (shown.parameters or "").splitlines()] == [
        ["num_ctx", "8192"], ["stop", '"a"'], ["stop", '"b"'],
    ]  # fmt: skip
    assert "\nFROM /" in (shown.modelfile or "")


def test_ps(client: official.Client) -> None:
    assert client.ps().models == []
    client.chat("recap", messages=QUESTION, options={"num_ctx": 8192})
    (running,) = client.ps().models
    assert (running.model, running.context_length) == ("recap:latest", 8192)
    assert running.size == running.size_vram
    client.chat("recap", messages=[], keep_alive=0)
    assert client.ps().models == []


def test_create_blob(ollama: OllamaServer, client: official.Client, tmp_path: Path, digest: str) -> None:
    assert ollama.blobs == {digest: gguf("F16")}
    assert client.create_blob(tmp_path / "model.gguf") == digest
    assert ollama.uploads == [digest]


@pytest.mark.parametrize("stream", [True, False])
def test_create(ollama: OllamaServer, client: official.Client, digest: str, stream: bool) -> None:
    told = client.create(
        "made:1b", files={"model.gguf": digest}, parameters={"num_ctx": 8192, "stop": ["a"]}, system="S",
        template="{{ .Prompt }}", license="MIT", messages=[{"role": "user", "content": "hi"}], quantize="q4_K_M",
        stream=stream,
    )  # fmt: skip
    statuses = [one.status for one in told] if stream else [told.status]
    assert statuses[-1] == "success"
    if stream:
        assert "quantizing F16 model to Q4_K_M" in statuses
    made = client.show("made:1b")
    assert made.details
    assert made.details.quantization_level == "Q4_K_M"
    assert (made.template, made.license) == ("{{ .Prompt }}", "MIT")


def test_create_from_another_model(client: official.Client) -> None:
    assert client.create("brief", from_="recap", system="Be brief.").status == "success"
    assert "SYSTEM Be brief." in (client.show("brief").modelfile or "")


@pytest.mark.parametrize("stream", [True, False])
def test_chat(ollama: OllamaServer, client: official.Client, stream: bool) -> None:
    ollama.plays(says({"answer": 42}))
    answer = client.chat("recap", messages=QUESTION, format={"type": "object"}, stream=stream)
    parts = list(answer) if stream else [answer]
    assert json.loads("".join(part.message.content or "" for part in parts)) == {"answer": 42}
    assert (parts[-1].done, parts[-1].done_reason) == (True, "stop")
    assert parts[-1].prompt_eval_count
    assert parts[-1].eval_count
    assert len(parts) > 1 or not stream


def test_chat_cuts_a_prompt_that_is_too_long_and_does_not_say_so(client: official.Client) -> None:
    long = [{"role": "user", "content": "words " * 10_000}]
    answer = client.chat("recap", messages=long, options={"num_ctx": 4096})
    assert answer.done_reason == "stop"
    assert 2000 < (answer.prompt_eval_count or 0) < 4096


def test_delete(client: official.Client) -> None:
    assert client.delete("recap").status == "success"
    assert client.list().models == []
    with pytest.raises(official.ResponseError, match="not found") as caught:
        client.delete("recap")
    assert caught.value.status_code == 404


def test_errors_before_the_answer(ollama: OllamaServer, client: official.Client, digest: str) -> None:
    with pytest.raises(official.ResponseError, match="neither 'from' or 'files'") as caught:
        client.create("bad", system="x")
    assert caught.value.status_code == 400
    with pytest.raises(official.ResponseError, match="file path must be relative"):
        client.create("bad", files={"/x/model.gguf": digest})
    with pytest.raises(official.ResponseError, match="invalid model name"):
        client.create("my model", files={"model.gguf": digest})
    with pytest.raises(official.ResponseError, match="not found"):
        client.show("none")
    ollama.plays(Reply(status=503))
    with pytest.raises(official.ResponseError, match="server busy") as caught:
        client.chat("recap", messages=QUESTION)
    assert caught.value.status_code == 503


def test_errors_in_the_middle_of_an_answer(ollama: OllamaServer, client: official.Client, digest: str) -> None:
    ollama.plays(Reply(("x",), late_error="crashed"))
    with pytest.raises(official.ResponseError, match="crashed") as caught:
        list(client.chat("recap", messages=QUESTION, stream=True))
    assert caught.value.status_code == -1
    with pytest.raises(official.ResponseError, match="file does not exist"):
        list(client.create("bad", from_="nowhere", stream=True))
    files = {"model.gguf": digest, "other.gguf": f"sha256:{'0' * 64}"}
    with pytest.raises(official.ResponseError, match="not found"):
        client.create("bad", files=files)
