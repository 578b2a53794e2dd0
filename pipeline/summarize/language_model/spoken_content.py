"""The words and numbers that were said in a part of the recording."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from pipeline.recap import Segment, Transcript
from pipeline.summarize.language_codes import base_code
from pipeline.summarize.language_model.normalization import normalize

_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,'’]\d+)*")
_SPOKEN_NUMBER = re.compile(r"\d+(?:[\s.,'’]+\d+)*")
_MINUTES = re.compile(r"(?<=\d):\d\d(?!\d)")
_GLUED = re.compile(r"[^\W\d_]\d[\w.,]*")
LONG_NUMBER = 4
"""Digits from which "2 million" and "2,000,000" are taken for the same if all but the zeros is."""


@dataclass(frozen=True, slots=True)
class SpokenContent:
    """What was said in some segments and who spoke: the words in their normal form, and the numbers as digits.

    `numbers` is None for a language whose number words are not known.
    """

    words: frozenset[str]
    numbers: frozenset[str] | None

    @classmethod
    def of(cls, segments: Sequence[Segment], transcript: Transcript) -> Self:
        """What was said in these segments; numbers count whether they were said as digits or in words."""
        names = {transcript.name_of(one.speaker) or "" for one in segments}
        text = " ".join((*sorted(names), *(one.text for one in segments)))
        return cls(frozenset(normalize(text).split()), _numbers(text, base_code(transcript.language)))

    @classmethod
    def together(cls, parts: Iterable[SpokenContent]) -> Self:
        """What was said in several stretches."""
        words, numbers = set[str](), set[str]()
        known = True
        for part in parts:
            words |= part.words
            numbers |= part.numbers or set()
            known = known and part.numbers is not None
        return cls(frozenset(words), frozenset(numbers) if known else None)

    def find_unsaid_numbers(self, text: str) -> list[str]:
        """The numbers, as digits, that stand in a text and were not said.

        The minutes of a time of day, and digits that belong to a name ("Q3"), are left out, and 15 is said by "three":
        these are told in too many ways. Empty for a language whose number words are not known.
        """
        if self.numbers is None:
            return []
        said = self.numbers | {str(int(one) + 12) for one in self.numbers if len(one) in (1, 2) and int(one) < 12}
        rounded = {one.rstrip("0") for one in said}
        wanted = _NUMBER.findall(_GLUED.sub(" ", _MINUTES.sub("", unicodedata.normalize("NFKC", text))))
        return [
            one
            for one in wanted
            if (plain := _bare(one)) not in said and (len(plain) < LONG_NUMBER or plain.rstrip("0") not in rounded)
        ]


def _numbers(text: str, language: str) -> frozenset[str] | None:
    from text_to_num import alpha2digit

    try:
        digits: str = alpha2digit(unicodedata.normalize("NFKC", text), language, 0)
    except ValueError:
        return None
    return frozenset(_bare(one) for one in (*re.findall(r"\d+", digits), *_SPOKEN_NUMBER.findall(digits)))


def _bare(number: str) -> str:
    """Its digits, as 0 to 9 and without zeros at the left."""
    return "".join(str(int(one)) for one in number if one.isdecimal()).lstrip("0") or "0"
