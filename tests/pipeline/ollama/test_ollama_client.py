from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import ollama as official
import pytest
from ollama_server import Model, OllamaServer, Reply, says

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.client import OllamaClient, read_parameters, trusts_environment
from pipeline.ollama.errors import OllamaRefused


@pytest.fixture
def client(ollama: OllamaServer) -> Iterator[OllamaClient]:
    with OllamaClient(ollama.host) as client:
        yield client


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_what_is_installed_and_running_is_listed(ollama: OllamaServer, client: OllamaClient) -> None:
    assert client.version() == "0.12.6"
    assert [one.name for one in client.models()] == ["recap:latest"]
    card = client.show("recap")
    assert (card.window, card.can_chat, card.can_think) == (32768, True, False)
    ollama.memory.load("recap:latest", 8192, 1000)
    assert [(one.name, one.window) for one in client.running()] == [("recap:latest", 8192)]
    client.unload("recap")
    assert client.running() == []


def test_a_name_without_a_tag_is_the_latest(client: OllamaClient) -> None:
    assert client.find("recap") == client.find("recap:latest")
    assert client.find("recap:8b") is None


def test_a_missing_model_is_told_apart_from_other_refusals(client: OllamaClient) -> None:
    with pytest.raises(OllamaModelMissing):
        client.show("other")


def test_a_blob_is_sent_once_and_with_progress(ollama: OllamaServer, client: OllamaClient, tmp_path: Path) -> None:
    data = b"GGUF" + bytes(3_000_000)
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    seen: list[tuple[int, int]] = []
    client.upload_blob(path, digest_of(data), lambda done, size: seen.append((done, size)))
    client.upload_blob(path, digest_of(data), lambda done, size: seen.append((done, size)))
    assert ollama.uploads == [digest_of(data)]
    assert ollama.blobs[digest_of(data)] == data
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (len(data), len(data))


def test_a_blob_that_another_sends_meanwhile_is_no_failure(
    ollama: OllamaServer, client: OllamaClient, tmp_path: Path
) -> None:
    data = b"GGUF" + bytes(40_000_000)
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    has_blob = client.has_blob
    answers = [False]
    client.has_blob = lambda digest: answers.pop() if answers else has_blob(digest)  # type: ignore[method-assign]
    ollama.blobs[digest_of(data)] = data
    client.upload_blob(path, digest_of(data), lambda done, size: None)
    assert ollama.uploads == []


def test_a_wrong_digest_is_refused(client: OllamaClient, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(OllamaRefused, match="digest mismatch"):
        client.upload_blob(path, f"sha256:{'0' * 64}", lambda done, size: None)
    with pytest.raises(OllamaRefused):
        client.has_blob("md5:1")


def test_nothing_that_listens_is_unreachable() -> None:
    with OllamaClient("http://127.0.0.1:9") as client, pytest.raises(OllamaUnreachable):
        client.version()
    with OllamaClient("http://127.0.0.1:9") as client, pytest.raises(OllamaUnreachable):
        client.models()


def test_another_web_server_is_not_taken_for_ollama() -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with OllamaClient(f"http://127.0.0.1:{server.server_port}") as client:
            for call in (client.version, client.models):
                with pytest.raises(OllamaRefused, match="does not speak like Ollama"):
                    call()
        server.shutdown()


def test_parameters_of_show_are_read_back() -> None:
    text = 'num_ctx                        8192\nstop                           "<|a|>"\nstop    "b"\ntop_p   0.9'
    assert read_parameters(text) == {"num_ctx": 8192, "stop": ["<|a|>", "b"], "top_p": 0.9}


def test_a_proxy_never_sees_what_goes_to_this_machine() -> None:
    assert not trusts_environment("http://127.0.0.1:11434")
    assert not trusts_environment("http://localhost:11434")
    assert not trusts_environment("http://[::1]:11434")
    assert trusts_environment("https://ollama.example.org")


def test_the_official_client_works_with_the_stand_in(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(1000))
    with OllamaServer(Model("recap")) as server:
        client = official.Client(host=server.host)
        digest = client.create_blob(path)
        parameters = {"num_ctx": 8192, "stop": ["a", "b"]}
        steps = client.create("made:1b", files={"model.gguf": digest}, parameters=parameters, system="S", stream=True)
        assert [step.status for step in steps][-1] == "success"
        assert {one.model for one in client.list().models} == {"recap:latest", "made:1b"}
        assert (client.show("made:1b").modelinfo or {})["llama.context_length"] == 32768
        assert client.show("made:1b").parameters is not None

        server.plays(says({"answer": 42}))
        question = [{"role": "user", "content": "hi"}]
        whole = client.chat("made:1b", messages=question, format={"type": "object"})
        assert json.loads(whole.message.content or "") == {"answer": 42}
        assert whole.done_reason == "stop"
        parts = list(client.chat("made:1b", messages=question, stream=True))
        assert json.loads("".join(part.message.content or "" for part in parts)) == {"answer": 42}
        assert [one.context_length for one in client.ps().models] == [4096]

        long = [{"role": "user", "content": "words " * 10_000}]
        cut = client.chat("made:1b", messages=long, options={"num_ctx": 4096})
        assert cut.prompt_eval_count == 4096 - (4096 - 4) // 2
        server.plays(Reply(("x",), late_error="crashed"))
        with pytest.raises(official.ResponseError, match="crashed"):
            list(client.chat("made:1b", messages=question, stream=True))
        server.plays(Reply(status=503))
        with pytest.raises(official.ResponseError, match="server busy"):
            client.chat("made:1b", messages=question)
        with pytest.raises(official.ResponseError, match="neither 'from' or 'files'"):
            client.create("bad", system="x")
        with pytest.raises(official.ResponseError, match="relative"):
            client.create("bad", files={"/x/model.gguf": digest})
        client.delete("made:1b")
        with pytest.raises(official.ResponseError, match="not found"):
            client.show("made:1b")
