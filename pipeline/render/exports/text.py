"""Text from people and models, as every export may hold it."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[^\S\xa0\u202f]+")
#: Controls, lone surrogates, non-characters and byte order marks; marks that turn the direction of all that follows.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069]",
)


def clean(text: str) -> str:
    """The text in one line, without characters that XML or a reader of text cannot hold."""
    return _SPACES.sub(" ", _DROPPED.sub("", text)).strip()


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((one != "L" for one in directions if one in ("L", "R", "AL")), False)
