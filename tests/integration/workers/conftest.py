"""An Ollama to work with, and engines that no other test has loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support.factories import make_user
from support.ollama_answers import quotes_first_line
from support.ollama_server import Model, OllamaServer

import config
from core.database.tables import User
from workers.engine_cache import engines


@pytest.fixture
def fresh_engines() -> Iterator[None]:
    engines.cache_clear()
    yield
    engines.cache_clear()


@pytest.fixture
def owner() -> User:
    return make_user("ann")


@pytest.fixture
def server(settings_of: Callable[..., config.Settings]) -> Iterator[OllamaServer]:
    """An Ollama at OLLAMA_HOST that answers well until it is told otherwise."""
    with OllamaServer(Model("recap")) as running:
        settings_of(OLLAMA_HOST=running.host)
        running.script = quotes_first_line
        yield running
