"""Words that people have replaced wherever they stand: how they are found in a text, and what comes in their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Self

TRANSCRIPT, RECAP, BOTH = "transcript", "recap", "both"
PLACES = (BOTH, TRANSCRIPT, RECAP)
Span = tuple[int, int]
#: What may stand between two words: spaces, or the invisible marks that keep letters apart.
_GAP = r"[\s\u200c\u200d]+"
#: Scripts without spaces between words have no whole words: Thai, Lao, Burmese, Khmer, kana and Chinese characters.
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Found:
    """Words found in a text, characters `start` to `end`, and what is written there instead."""

    start: int
    end: int
    write: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words to find, and what to write instead. Both are plain text.

    Words without a capital are found in any case. `where` is one of PLACES; `whole_words` leaves parts of words alone.
    """

    find: str
    write: str
    where: str
    whole_words: bool

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """The replacement as an edit keeps it."""
        return cls(payload["find"], payload["write"], payload["where"], payload["whole_words"])

    def to_plain(self) -> dict[str, Any]:
        """The replacement as JSON values."""
        return asdict(self)

    def is_in(self, place: str) -> bool:
        """Whether it is about the transcript, or the recap."""
        return self.where in (place, BOTH)

    def find_in(self, text: str, longest: int, spared: Iterable[Span] = ()) -> list[Found]:
        """What is replaced in a text, from left to right, except what touches a spared stretch.

        Nothing where the text would grow beyond the longest that is allowed, in characters.
        """
        spared = tuple(spared)
        found = [
            Found(match.start(), match.end(), written)
            for match in _compile(self.find).finditer(text)
            if (written := self._write_for(match[0])) != match[0]
            and not (self.whole_words and _is_part_of_word(text, match.span()))
            and not any(start < match.end() and match.start() < end for start, end in spared)
        ]
        growth = sum(len(each.write) - (each.end - each.start) for each in found)
        return [] if growth > 0 and len(text) + growth > longest else found

    def _write_for(self, found: str) -> str:
        """What to write for some words; the capital at the beginning of a sentence stays."""
        if _has_capital(self.find + self.write) or not found[0].isupper():
            return self.write
        return self.write[0].upper() + self.write[1:]


def put_in(text: str, found: Sequence[Found]) -> str:
    """The text with everything found replaced."""
    parts, place = [], 0
    for each in found:
        parts += [text[place : each.start], each.write]
        place = each.end
    return "".join([*parts, text[place:]])


@lru_cache(maxsize=256)
def _compile(find: str) -> re.Pattern[str]:
    words = _GAP.join(map(re.escape, find.split()))
    return re.compile(words, re.NOFLAG if _has_capital(find) else re.IGNORECASE)


def _has_capital(text: str) -> bool:
    return any(c.isupper() for c in text)


def _is_part_of_word(text: str, span: Span) -> bool:
    """Whether a word goes on before or after a stretch of the text."""
    start, end = span
    goes_on_before = start > 0 and _join(text[start - 1], text[start])
    return goes_on_before or (end < len(text) and _join(text[end - 1], text[end]))


def _join(first: str, second: str) -> bool:
    """Whether two neighbours are of one word. An accent of its own belongs to the letter before it."""
    if unicodedata.category(second)[0] == "M":
        return True
    return all(
        (c.isalnum() or unicodedata.category(c)[0] == "M") and not _WITHOUT_SPACES.match(c) for c in first + second
    )
