"""The phrases that indicate decisions, tasks, questions and topics, in one table per language.

A table has regular expressions, which ignore case and are matched with one sentence with straight apostrophes and
without leading fillers ("Well, ", "And then "). A group `name`, `owner` or `title` captures that.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from re import Pattern

from pipeline.languages import base_code
from pipeline.summarize.cues.table import Cues

LANGUAGES = ("en", "nl", "de", "fr", "es")


@cache
def cues_for(language: str) -> Cues | None:
    """The table of a language given as "en" or "en-GB"; None if there is none."""
    code = base_code(language)
    if code not in LANGUAGES:
        return None
    table: Cues = import_module(f"pipeline.summarize.cues.{code}").CUES
    return table


__all__ = ["LANGUAGES", "Cues", "Pattern", "cues_for"]
