"""The phrases by which decisions, tasks, questions and topics are known, a table for each language.

A table holds regular expressions in lower and upper case alike, matched against one sentence with straight
apostrophes and without fillers at its start ("Well, ", "And then "). Where a pattern has a group
`name`, `owner` or `title`, that is what it tells.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from re import Pattern

from pipeline.summarize.cues.table import Cues
from pipeline.summarize.language_codes import base_code

LANGUAGES = ("en", "nl", "de", "fr", "es")


@cache
def cues_for(language: str) -> Cues | None:
    """The table of a language given as "en" or "en-GB"; None where there is none."""
    code = base_code(language)
    if code not in LANGUAGES:
        return None
    table: Cues = import_module(f"pipeline.summarize.cues.{code}").CUES
    return table


__all__ = ["LANGUAGES", "Cues", "Pattern", "cues_for"]
