"""Text that people type in, made fit to be kept."""

from __future__ import annotations

import unicodedata


def is_storable(text: str) -> bool:
    """Whether a database can keep a text: PostgreSQL takes no NUL, and none takes half of a surrogate pair."""
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def on_one_line(text: str) -> str:
    """The text on one line, without control characters and with one space between words."""
    return " ".join(_without_controls(text).split())


def clean_lines(text: str) -> str:
    """A text of several lines without control characters and without space around it."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_without_controls(line) for line in lines).strip()


def _without_controls(text: str) -> str:
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
