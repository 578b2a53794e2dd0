"""From a transcript to its summary: by a language model in Ollama, or by quoting."""

from __future__ import annotations

from pipeline.summarize.choose import choose_summarizer
from pipeline.summarize.engine import (
    Summarizer,
    SummaryOptions,
    SummaryResult,
    find_speaker,
    spoken_seconds,
)

__all__ = [
    "Summarizer",
    "SummaryOptions",
    "SummaryResult",
    "choose_summarizer",
    "find_speaker",
    "spoken_seconds",
]
