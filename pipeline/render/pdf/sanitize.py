"""Removes from text whatever the PDF cannot show.

A recap is sanitized once, as a whole, so that all drawing code can trust its strings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TypeVar

from pipeline.recap import Recap, Segment

T = TypeVar("T")

STAND_IN = "?"
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_TIGHT_SPACES = str.maketrans({"\u202f": "\xa0", "\u2007": "\xa0", "\u2010": "-", "\u2011": "-"})
# a joiner means something only between letters of a script in which letters join (Arabic to Sinhala)
_LOST_JOINERS = re.compile("(?<![\u0600-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u0dff])")
_DROPPED = ("Cc", "Cf")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def sanitize_text(text: str, drawable: frozenset[str], missing: set[str]) -> str:
    """Return `text` in composed form, of characters in `drawable` only, with single spaces.

    Control and format characters (such as direction marks) are dropped, except joiners between letters that join. A
    character that no font has becomes its compatibility form if that can be drawn, else `STAND_IN`; those are added
    to `missing`.
    """
    if _PLAIN.fullmatch(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    composed = _LOST_JOINERS.sub("", unicodedata.normalize("NFC", whole).translate(_TIGHT_SPACES))
    spaced = " ".join(part for part in re.split(r"[^\S\xa0]+|[\x1c-\x1f]+", composed) if part)
    if drawable.issuperset(spaced):
        return spaced
    shown = "".join(one if one in drawable else _substitute(one, drawable, missing) for one in spaced)
    return " ".join(part for part in shown.split(" ") if part)


def _substitute(one: str, drawable: frozenset[str], missing: set[str]) -> str:
    if unicodedata.category(one) in _DROPPED or any(ord(one) in block for block in _SELECTORS):
        return ""
    plain = unicodedata.normalize("NFKC", one)
    if drawable.issuperset(plain):
        return plain
    missing.add(one)
    return STAND_IN


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _each_text(value: T, change: Callable[[str], str]) -> T:
    """A copy of a frozen value in which every string is changed."""
    if isinstance(value, str):
        return change(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(_each_text(one, change) for one in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        return kind(**{name: _each_text(getattr(value, name), change) for name in _names(kind)})
    return value


def sanitize_recap(recap: Recap, drawable: frozenset[str]) -> tuple[Recap, frozenset[str]]:
    """Return the recap with every string sanitized except its address, and the characters that no font has."""
    missing: set[str] = set()

    @cache
    def change(text: str) -> str:
        return sanitize_text(text, drawable, missing)

    sanitized = _each_text(replace(recap, recording_url=None), change)
    pairs = zip(recap.transcript.segments, sanitized.transcript.segments, strict=True)
    segments = tuple(new if new.text == old.text else _without_positions(new) for old, new in pairs)
    transcript = replace(sanitized.transcript, segments=segments)
    return replace(sanitized, transcript=transcript, recording_url=recap.recording_url), frozenset(missing)


def sanitize_texts(value: T, drawable: frozenset[str]) -> T:
    """A text, or a frozen value with every string in it, sanitized."""
    return _each_text(value, lambda text: sanitize_text(text, drawable, set()))


def _without_positions(segment: Segment) -> Segment:
    """The segment without the positions of its words, which no longer hold after its text changed."""
    return replace(segment, words=tuple(replace(word, position=None) for word in segment.words))
