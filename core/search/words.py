"""The words of a text, alike in both databases: without case and accents.

Languages that put no spaces between words are cut into single characters, and found as characters that follow each
other. (FTS5's trigrams would not find words of two characters, which most Chinese words are.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: The longest search, in characters, and the most words of it that count.
MAX_QUERY, MAX_PHRASES = 200, 12
#: Longer ones are cut off.
_MAX_WORD = 64
#: Thai, Lao, Myanmar, Hangul, Khmer, Japanese, Chinese.
_WITHOUT_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u31ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff"
)
_WITHOUT_SPACES += "\U00020000-\U0003ffff"
#: Signs over and under letters: of Latin, Greek and Cyrillic, Hebrew, Arabic.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f"
_WORD = re.compile(rf"(?=[^\W_])[{_WITHOUT_SPACES}]|(?:[^\W_{_WITHOUT_SPACES}][{_MARKS}]*)+")
_ACCENTS = re.compile(f"[{_MARKS}]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and the characters of its text between which it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other; with `is_begun`, the last may go on."""

    words: tuple[str, ...]
    is_begun: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The characters of a text between which a phrase stands."""

    start: int
    end: int


def list_words(text: str) -> Iterator[Word]:
    """The words of a text in their order."""
    for found in _WORD.finditer(text):
        if folded := _fold(found.group()):
            yield Word(folded, *found.span())


def _fold(word: str) -> str:
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", bare)))[:_MAX_WORD]


def normalize(text: str) -> str:
    """A text as it is kept: letters composed with their accents, so that no word falls apart."""
    return unicodedata.normalize("NFC", text)


def parse_query(typed: str) -> tuple[Phrase, ...]:
    """What a search looks for. The last word may be the beginning of one; no sign has a meaning."""
    parts = (tuple(word.text for word in list_words(part)) for part in normalize(typed[:MAX_QUERY]).split())
    phrases = [part for part in parts if part][:MAX_PHRASES]
    return tuple(Phrase(words, is_begun=place == len(phrases)) for place, words in enumerate(phrases, 1))


def find_matches(text: str, phrases: Sequence[Phrase]) -> tuple[list[Match], int]:
    """Where phrases stand in a text, in order and without overlaps, and how many different ones do."""
    words = list(list_words(text))
    matches, found = [], set()
    place = 0
    while place < len(words):
        fitting = [phrase for phrase in phrases if _stands_at(phrase, words, place)]
        found.update(fitting)
        length = max((len(phrase.words) for phrase in fitting), default=0)
        if length:
            matches.append(Match(words[place].start, words[place + length - 1].end))
        place += length or 1
    return matches, len(found)


def _stands_at(phrase: Phrase, words: Sequence[Word], place: int) -> bool:
    there = tuple(word.text for word in words[place : place + len(phrase.words)])
    if len(there) < len(phrase.words):
        return False
    if phrase.is_begun:
        return there[:-1] == phrase.words[:-1] and there[-1].startswith(phrase.words[-1])
    return there == phrase.words
