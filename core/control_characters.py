"""Characters that command a terminal or break a line, made visible."""

from __future__ import annotations

import unicodedata


def escape_controls(text: str) -> str:
    r"""The text with each control character written as its escape: a line break as \n, a terminal's escape as \x1b.

    Besides the ASCII controls these are the C1 controls, the separators of lines and paragraphs, half surrogate pairs,
    and the invisible characters that turn the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(sign) if is_control(sign) else sign for sign in text)


def is_control(sign: str) -> bool:
    """Whether a character is not shown but acts: on a terminal, on lines, or on the characters around it."""
    return not sign.isprintable() and unicodedata.category(sign) != "Zs"


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")
