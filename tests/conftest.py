"""What the tests of several folders use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ollama_server import Model, OllamaServer


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    """A stand-in Ollama with one model, "recap"."""
    with OllamaServer(Model("recap:latest")) as server:
        yield server
