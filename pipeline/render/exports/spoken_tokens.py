"""Pieces of text between which a subtitle may be cut, with the time at which each is spoken.

In most scripts that is from space to space. Where words are written without spaces, it is each recognized word, and
whatever is longer than a line is cut into characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pipeline.reading.words import LocatedWord, locate_words
from pipeline.reading.written import write_out
from pipeline.recap import Segment
from pipeline.render.exports.text import clean

#: The width of a line of a subtitle, in columns.
LINE_WIDTH = 42
_SPACED = re.compile(r"[\S\xa0\u202f]+")
#: Characters of scripts without spaces: Thai, Lao, Myanmar, Khmer, Chinese, Japanese.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_NEVER_FIRST = frozenset(
    "、。，．！？：；）」』】〉》”’…ー々っゃゅょッャュョ)!?,.:;\u0e30\u0e32\u0e33\u0e45\u0e46\u200d"
)
_NEVER_LAST = frozenset("（「『【〈《“‘(\u0e40\u0e41\u0e42\u0e43\u0e44\u200d")
_PART = re.compile(r"[!-~]{1,20}|.", re.DOTALL)
_MOST_JOINED = LINE_WIDTH // 2


@dataclass(frozen=True, slots=True)
class SpokenToken:
    """A piece of text and its time in seconds; `is_spaced` if a space stands before it."""

    text: str
    start: float
    end: float
    is_spaced: bool = True


def measure(text: str) -> int:
    """The columns of a text: two for a wide character, none for one that stands on another."""
    return len(text) if text.isascii() else sum(map(_measure_character, text))


@cache
def _measure_character(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def list_tokens(segment: Segment) -> Iterator[SpokenToken]:
    """The tokens of a segment as it is read, none wider than a line."""
    segment = write_out(segment, [(one.start, one.end, one.word) for one in locate_words(segment)])
    words = locate_words(segment)
    times = _TextTimes(segment, words)
    for found in _SPACED.finditer(segment.text):
        is_spaced = True
        for start, end in _cut(segment.text, found.start(), found.end(), words):
            text = clean(segment.text[start:end])
            if text:
                yield SpokenToken(text, times.start_at(start), times.end_at(end), is_spaced)
                is_spaced = False


class _TextTimes:
    """When each character of a segment is spoken: known at the edges of recognized words, even in between."""

    def __init__(self, segment: Segment, words: Sequence[LocatedWord]) -> None:
        edges = [(0, segment.start)]
        for one in words:
            edges += [(one.start, one.word.start), (one.end, one.word.end)]
        self._places = [place for place, _ in edges] + [len(segment.text)]
        self._times = [time for _, time in edges] + [segment.end]
        for number in range(1, len(self._times)):
            self._times[number] = max(self._times[number - 1], self._times[number])

    def start_at(self, place: int) -> float:
        """When a token begins that stands there."""
        return self._between(bisect_right(self._places, place) - 1, place)

    def end_at(self, place: int) -> float:
        """When a token ends that stands before it."""
        return self._between(bisect_left(self._places, place) - 1, place)

    def _between(self, number: int, place: int) -> float:
        number = min(max(0, number), len(self._places) - 2)
        first, last = self._places[number], self._places[number + 1]
        share = (place - first) / (last - first) if last > first else 0.0
        return self._times[number] + share * (self._times[number + 1] - self._times[number])


def _cut(text: str, start: int, end: int, words: Iterable[LocatedWord]) -> Iterator[tuple[int, int]]:
    """Cut a stretch without spaces, given as characters `start` to `end` of a text."""
    inside = [one.start for one in words if start < one.start < end and _may_cut(text[one.start - 1], text[one.start])]
    edges = [start, *(place for place in inside if _UNSPACED.search(text[place - 1 : place + 1])), end]
    for first, last in pairwise(edges):
        if measure(text[first:last]) <= LINE_WIDTH:
            yield first, last
        else:
            yield from _cut_anywhere(text, first, last)


def _cut_anywhere(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut between characters; what stands on a character stays with it."""
    begun = place = start
    for part in _PART.findall(text[start:end]):
        wide = measure(text[begun : place + len(part)])
        if place > begun and (wide > _MOST_JOINED or _may_cut(text[place - 1], part[0])):
            yield begun, place
            begun = place
        place += len(part)
    yield begun, place


def _may_cut(before: str, after: str) -> bool:
    is_joined = unicodedata.category(after).startswith("M") or after in _NEVER_FIRST or before in _NEVER_LAST
    return not is_joined
