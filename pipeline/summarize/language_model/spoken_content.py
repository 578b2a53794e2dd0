"""The words and numbers that were said in a part of the recording."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from pipeline.languages import base_code
from pipeline.recap import Segment, Transcript
from pipeline.summarize.language_model.normalization import normalize

_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,'’]\d+)*")
_SPOKEN_NUMBER = re.compile(r"\d+(?:[\s.,'’]+\d+)*")
_MINUTES = re.compile(r"(?<=\d):\d\d(?!\d)")
_GLUED = re.compile(r"[^\W\d_]\d[\w.,]*")
LONG_NUMBER = 4
"""Digits from which numbers are equal if they differ in trailing zeros only: "2 million" and "2,000,000"."""


@dataclass(frozen=True, slots=True)
class SpokenContent:
    """The words of some segments and of their speakers' names, normalized, and the numbers as digits.

    `numbers` is None for a language with unknown number words.
    """

    words: frozenset[str]
    numbers: frozenset[str] | None

    @classmethod
    def of(cls, segments: Sequence[Segment], transcript: Transcript) -> Self:
        """The content of these segments; numbers count whether they were transcribed as digits or in words."""
        names = {transcript.name_of(one.speaker) or "" for one in segments}
        text = " ".join((*sorted(names), *(one.text for one in segments)))
        return cls(frozenset(normalize(text).split()), _numbers(text, base_code(transcript.language)))

    @classmethod
    def union(cls, parts: Iterable[SpokenContent]) -> Self:
        """The content of several parts together."""
        words, numbers = set[str](), set[str]()
        known = True
        for part in parts:
            words |= part.words
            numbers |= part.numbers or set()
            known = known and part.numbers is not None
        return cls(frozenset(words), frozenset(numbers) if known else None)

    def find_unsaid_numbers(self, text: str) -> list[str]:
        """The numbers in a text, as digits, that were not said.

        The minutes of a time of day, and digits that belong to a name ("Q3"), are left out, and 15 is said by "three":
        these are said in too many ways. Empty for a language with unknown number words.
        """
        if self.numbers is None:
            return []
        said = self.numbers | {str(int(one) + 12) for one in self.numbers if len(one) in (1, 2) and int(one) < 12}
        rounded = {one.rstrip("0") for one in said}
        wanted = _NUMBER.findall(_GLUED.sub(" ", _MINUTES.sub("", unicodedata.normalize("NFKC", text))))
        return [
            one
            for one in wanted
            if (plain := _digits_of(one)) not in said and (len(plain) < LONG_NUMBER or plain.rstrip("0") not in rounded)
        ]


def _numbers(text: str, language: str) -> frozenset[str] | None:
    from text_to_num import alpha2digit

    try:
        digits: str = alpha2digit(unicodedata.normalize("NFKC", text), language, 0)
    except ValueError:
        return None
    return frozenset(_digits_of(one) for one in (*re.findall(r"\d+", digits), *_SPOKEN_NUMBER.findall(digits)))


def _digits_of(number: str) -> str:
    """The digits as 0 to 9, without leading zeros."""
    return "".join(str(int(one)) for one in number if one.isdecimal()).lstrip("0") or "0"
