"""Text that people type in, made fit to be kept."""

from __future__ import annotations

import unicodedata

from pipeline.typed_text import on_one_line as on_one_line
from pipeline.typed_text import without_controls


def is_storable(text: str) -> bool:
    """Whether a database can keep a text: PostgreSQL takes no NUL, and none takes half of a surrogate pair."""
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def clean_lines(text: str) -> str:
    """A text of several lines without control characters and without space around it."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(without_controls(line) for line in lines).strip()
