"""Uploading, and trying a chat with a new model."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from support.importing import digest_of
from support.ollama_server import OllamaServer, Reply, says

from ollama_import.import_client import ImportClient
from pipeline.errors import OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused


def test_a_blob_is_sent_once_and_with_progress(ollama: OllamaServer, client: ImportClient, tmp_path: Path) -> None:
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
    ollama: OllamaServer, client: ImportClient, tmp_path: Path
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


def test_a_wrong_digest_is_refused(client: ImportClient, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(OllamaRefused, match="digest mismatch"):
        client.upload_blob(path, f"sha256:{'0' * 64}", lambda done, size: None)
    with pytest.raises(OllamaRefused):
        client.has_blob("md5:1")


def test_a_chat_is_tried_with_a_small_window_and_frees_the_memory(ollama: OllamaServer, client: ImportClient) -> None:
    assert client.try_chat("recap")
    (body,) = ollama.chats
    assert (body["options"]["num_ctx"], body["keep_alive"], body["stream"]) == (2048, 0, False)
    assert client.running() == []


def test_a_chat_shows_whether_the_model_is_given_its_system_message(ollama: OllamaServer, client: ImportClient) -> None:
    ollama.plays(says("Hello."), says("Amber!"))
    assert [client.try_chat("recap"), client.try_chat("recap", can_think=True)] == [False, True]
    assert [body.get("think") for body in ollama.chats] == [None, False]


def test_a_server_that_answers_no_chat_in_time_is_given_up(ollama: OllamaServer, client: ImportClient) -> None:
    released = threading.Event()

    def wait(body: dict[str, object]) -> Reply:
        released.wait(30)
        return says("late")

    ollama.script = wait
    with pytest.raises(OllamaUnreachable):
        client.try_chat("recap", seconds=0.2)
    released.set()


def test_a_trial_chat_with_another_server_than_ollama_is_refused(client: ImportClient, ollama: OllamaServer) -> None:
    ollama.plays(Reply(page=(200, "application/json", b"[]")))
    with pytest.raises(OllamaRefused, match="is not Ollama"):
        client.try_chat("recap")
