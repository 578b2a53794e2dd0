"""Text that changes nothing on a terminal or in a log, whoever wrote it."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""The text on one line, with everything invisible escaped: `\x1b`, `\n`, `\u2028`, `\u202e`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
