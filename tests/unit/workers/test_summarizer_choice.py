"""Which language model a job gets, and which it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.ollama_server import Model, OllamaServer

import config
from pipeline.recap import Notice
from pipeline.summarize.engine import Summarizer
from workers import summarizer_choice

pytestmark = pytest.mark.usefixtures("sqlite")
REMOTE = Model("big:cloud", remote_host="https://ollama.com:443")


def choose(settings: config.Settings, model: str | None) -> tuple[Summarizer, Notice | None]:
    return summarizer_choice.choose_summarizer_now(settings, model, None, None, lambda: None)  # type: ignore[arg-type]


def test_nobody_has_a_recording_read_elsewhere_by_naming_a_model(settings_of: Callable[..., config.Settings]) -> None:
    with OllamaServer(REMOTE, Model("recap")) as server:
        settings = settings_of(OLLAMA_HOST=server.host)
        chosen, notice = choose(settings, "big:cloud")
    assert "ollama" not in chosen.identity
    assert notice is not None
    assert "big:cloud runs on another server" in notice.message


@pytest.mark.parametrize("chosen", [None, "BIG:cloud"])
def test_the_settings_may_name_a_model_that_runs_elsewhere(
    settings_of: Callable[..., config.Settings], chosen: str | None
) -> None:
    with OllamaServer(REMOTE, Model("recap")) as server:
        summarizer, notice = choose(settings_of(OLLAMA_HOST=server.host, OLLAMA_MODEL="big:cloud"), chosen)
    assert notice is None
    assert "ollama/big:cloud@" in summarizer.identity
