"""A client of the stand-in, and a folder to import from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ollama_server import OllamaServer

from ollama_import.import_client import ImportClient


@pytest.fixture
def client(ollama: OllamaServer) -> Iterator[ImportClient]:
    with ImportClient(ollama.host) as client:
        yield client


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder for models."""
    return tmp_path / "models"
