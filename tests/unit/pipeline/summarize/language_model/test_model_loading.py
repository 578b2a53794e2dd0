"""How the model is loaded, as the summary reports it, and what the log says about errors."""

from __future__ import annotations

from typing import Any

import pytest
from support.ollama_server import OllamaServer, says

from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused
from pipeline.recap import Segment, Transcript
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.selection import choose_summarizer


@pytest.mark.parametrize(
    ("memory", "told"),
    [(10_000, "window 8,192"), (6_000, "window 8,192, 25% on the CPU"), (0, "window 8,192, on the CPU")],
    ids=["fits", "spills over", "no GPU"],
)
def test_the_window_and_the_share_on_the_cpu_are_told_with_the_summary(
    ollama: OllamaServer, memory: int, told: str
) -> None:
    ollama.models["recap:latest"].size = 8_000
    ollama.memory.total = memory
    ollama.plays(says({"points": [], "title": "Hello"}))
    chosen, _ = choose_summarizer(ollama.host)
    segments = (Segment("g0", 0.0, 4.0, "Hello there.", None),)
    result = chosen.summarize(Transcript("en", 1.0, 5.0, (), segments), SummaryOptions(), lambda _: None)
    assert result.manner == told


def test_the_log_has_none_of_ollamas_own_words(
    ollama: OllamaServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> Any:
        raise OllamaRefused("cannot read [s1] Ann: Hello there.", 500)

    monkeypatch.setattr(OllamaClient, "running", refuse)
    monkeypatch.setattr(OllamaClient, "unload", refuse)
    ollama.plays(says({"points": [], "title": "Hello"}))
    chosen, _ = choose_summarizer(ollama.host)
    segments = (Segment("g0", 0.0, 4.0, "Hello there.", None),)
    chosen.summarize(Transcript("en", 1.0, 5.0, (), segments), SummaryOptions(), lambda _: None)
    assert "did not report how the model is loaded: OllamaRefused, HTTP 500" in caplog.text
    assert "did not unload recap:latest: OllamaRefused, HTTP 500" in caplog.text
    assert "Hello" not in caplog.text
