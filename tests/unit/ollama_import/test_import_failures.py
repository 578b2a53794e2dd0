"""What goes wrong while a model is sent, and how it is reported."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from support.gguf_files import gguf, put_sparse_gguf
from support.importing import import_all, only, put_model
from support.ollama_server import OllamaServer

from ollama_import.import_client import ImportClient
from ollama_import.importer import RETRY_SECONDS, Importer, ImportOptions
from ollama_import.sources import find_models
from pipeline.errors import OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused


def test_an_error_in_mid_stream_under_http_200_is_a_failure(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "mine")
    ollama.create_error = "no space left on device"
    assert only(client, models) == ("failed", "Ollama refused: no space left on device")


def test_what_ollama_did_not_keep_is_a_failure(
    ollama: OllamaServer, client: ImportClient, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_model(models, "mine")
    create = client.create

    def forgetful(body: dict[str, Any], on_status: Any) -> None:
        create({key: value for key, value in body.items() if key not in ("renderer", "system")}, on_status)

    monkeypatch.setattr(client, "create", forgetful)
    reason = "made, but Ollama 0.12.6 did not keep what was sent as system, renderer"
    assert only(client, models) == ("failed", reason)
    assert ollama.chats == []


def test_a_line_that_breaks_is_tried_again(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "mine", "FROM ./model.gguf\n", model__gguf=gguf(weights=3_000_000))
    ollama.breaks_uploads = 2
    assert only(client, models) == ("imported", "it obeys its system message")
    assert len(ollama.uploads) == 3


def test_a_line_that_breaks_again_and_again_is_given_up(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "mine", "FROM ./model.gguf\n", model__gguf=gguf(weights=3_000_000))
    ollama.breaks_uploads = 99
    assert only(client, models) == ("failed", "Ollama did not answer")
    assert len(ollama.uploads) == len(RETRY_SECONDS) + 1


def test_a_file_that_changes_after_it_was_hashed_is_told_and_hashed_again(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    model = put_model(models, "mine", "FROM ./model.gguf\n")
    importer = Importer(
        client, ImportOptions(), on_progress=lambda *what: (model / "model.gguf").write_bytes(gguf(seed=7))
    )
    (result,) = importer.run(find_models(models))
    assert result.outcome == "failed"
    assert "model.gguf changed while it was sent; run this again" in result.reason
    assert only(client, models)[0] == "imported"


def test_a_server_that_is_away_or_too_old_is_told_before_a_file_is_read(models: Path, ollama: OllamaServer) -> None:
    put_model(models, "mine")
    with ImportClient("http://127.0.0.1:9") as client, pytest.raises(OllamaUnreachable):
        import_all(client, models)
    ollama.version = "0.5.4"
    with ImportClient(ollama.host) as client, pytest.raises(OllamaRefused, match=r"0\.5\.4 is too old .* 0\.5\.5"):
        import_all(client, models)
    assert ollama.uploads == []


def test_memory_does_not_grow_with_the_file(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    ollama.keeps_blob_bytes = 1_000_000
    model = put_model(models, "large", "FROM ./large.gguf\n")
    put_sparse_gguf(model / "large.gguf", 200_000_000)
    tracemalloc.start()
    try:
        assert import_all(client, models)[0].sent > 200_000_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000
