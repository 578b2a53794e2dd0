"""Texts that people type, without what cannot be seen."""

from __future__ import annotations

import unicodedata


def on_one_line(text: str) -> str:
    """The text on one line, without control characters and with one space between words."""
    return " ".join(without_controls(text).split())


def without_controls(text: str) -> str:
    """The text with a space in place of each control character."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
