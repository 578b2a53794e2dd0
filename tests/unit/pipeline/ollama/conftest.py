"""A client of the stand-in server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.ollama_server import OllamaServer

from pipeline.ollama.client import OllamaClient


@pytest.fixture
def client(ollama: OllamaServer) -> Iterator[OllamaClient]:
    with OllamaClient(ollama.host) as client:
        yield client
