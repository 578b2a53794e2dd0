"""Finds the numbers that people would write in digits, in words as they were said.

Found by text2num; which of them are written is decided here, with care: what is not sure stays as it was said. Small
numbers stay words unless a unit, per cent or a month follows, and so do numbers that are part of a name, said digit by
digit, or made of two ("nineteen ninety nine").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

import text_to_num

from pipeline.languages import base_code
from pipeline.numbers.usage import USAGES, Usage
from pipeline.recap import Segment, Transcript, WrittenNumber

WORDS_UP_TO = 12  # are written as words
FIRST_DAY, LAST_DAY = 2, 31  # of a month; a lone one stays a word
GROUPED_FROM = 10_000  # with less, it may be a year
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d[\d.,]*|[^\w\s]")
_PLAIN = re.compile(r"(\d+)(?:[.,](\d+))?")
_ORDINAL = re.compile(r"\d{1,2}\D{1,3}")
_SENTENCE_ENDS = ".!?…:"


@dataclass(frozen=True, slots=True)
class _Token(text_to_num.Token):
    """A word, number or sign of a text, from character `start` to `end`."""

    shown: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        return self.shown.casefold()

    def text(self) -> str:
        return unicodedata.normalize("NFKC", self.shown)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that was said in the tokens `first` to `last` (excluded); `digits` is how text2num writes it."""

    first: int
    last: int
    digits: str
    value: float
    is_ordinal: bool


def write_numbers(transcript: Transcript) -> Transcript:
    """The transcript with the numbers of its segments as people write them; texts and words stay."""
    return replace(
        transcript,
        segments=tuple(
            replace(one, numbers=tuple(_find_written(one, one.language or transcript.language)))
            for one in transcript.segments
        ),
    )


def find_numbers(text: str, language: str) -> list[WrittenNumber]:
    """The numbers of a text, in order; none for a language whose usage is not known."""
    usage = USAGES.get(base_code(language))
    return list(_Reader(text, language, usage).read()) if usage else []


def _find_written(segment: Segment, language: str) -> Iterator[WrittenNumber]:
    """Leaves out what a vocabulary changed."""
    taken = [(each.position, each.position + len(each.written)) for each in segment.spellings]
    for number in find_numbers(segment.text, language):
        end = number.position + len(number.said)
        if all(end <= start or stop <= number.position for start, stop in taken):
            yield number


class _Reader:
    """Reads the numbers of one text."""

    def __init__(self, text: str, language: str, usage: Usage) -> None:
        self.content, self.usage = text, usage
        self.language = base_code(language)
        self.tokens = [_Token(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
        self.numbers = [
            _Number(found.start, found.end, found.text, found.value, found.is_ordinal)
            for found in text_to_num.find_numbers(self.tokens, self.language, 0.0)
        ]

    def read(self) -> Iterator[WrittenNumber]:
        written = [self._write(place) for place in range(len(self.numbers))]
        for group in self._groups():
            if all(written[place] for place in group):
                yield from (number for place in group if (number := written[place]))

    def _groups(self) -> list[list[int]]:
        """The numbers that are written alike: all in digits, or none."""
        groups: list[list[int]] = []
        for place, number in enumerate(self.numbers):
            if self._is_percent_word(number):
                continue
            before = self.numbers[groups[-1][-1]] if groups else None
            between = self._words(before.last, number.first) if before else ()
            if len(between) == 1 and between[0] in self.usage.links:
                groups[-1].append(place)
            else:
                groups.append([place])
        return groups

    def _write(self, place: int) -> WrittenNumber | None:
        number = self.numbers[place]
        if not self._is_sure(place):
            return None
        if number.is_ordinal:
            return self._make(number, number.digits) if self._is_day(number) else None
        plain = _PLAIN.fullmatch(number.digits)
        if plain is None:
            return None
        percent = self._count_percent(number.last)
        is_paid = self._word(number.last) in self.usage.currencies
        has_unit = percent > 0 or is_paid or self._scale_at(number.last) > 0 or self._is_day(number)
        if not plain[2] and (number.value <= 1 or (number.value <= WORDS_UP_TO and not has_unit)):
            return None
        if number.value in self.usage.millions.values():  # a lone one
            return None
        if self._is_scale_only(number) and not (percent and self.language in ("nl", "de")):
            return None
        if percent:
            number = replace(number, last=number.last + percent)
            return self._make(number, f"{plain[0]}{self.usage.percent_sign}")
        return self._make(number, plain[0] if plain[2] else self._write_whole(number, is_paid))

    def _write_whole(self, number: _Number, is_paid: bool) -> str:
        value = int(number.value)
        last = self.tokens[number.last - 1]
        scale = self.usage.millions.get(last.folded, 0)
        if scale and value % scale == 0 and value // scale < 1000:
            return f"{value // scale} {last.shown}"
        is_grouped = value >= GROUPED_FROM or (is_paid and self.language == "en")
        return f"{value:,}".replace(",", self.usage.group) if is_grouped else str(value)

    def _make(self, number: _Number, written: str) -> WrittenNumber:
        start, end = self.tokens[number.first].start, self.tokens[number.last - 1].end
        return WrittenNumber(start, self.content[start:end], written)

    def _is_sure(self, place: int) -> bool:
        """Whether nothing around a number may make it another one, or part of a name."""
        number = self.numbers[place]
        words = self._words(number.first, number.last)
        before, after = self._word(number.first - 1), self._word(number.last)
        if any(self.tokens[at].shown[0].isdigit() for at in range(number.first, number.last)):
            return False
        if before[:1].isdigit() or after[:1].isdigit() or {before, after} & self.usage.decimals or before == "-":
            return False
        if self.language == "en" and words[0] in self.usage.scales:  # "a hundred and fifty"
            return False
        if self.language in ("nl", "de") and {"en", "und"} & set(words):  # may be two
            return False
        if after in self.usage.links and self.usage.halves & set(self._words(number.last + 1, number.last + 3)):
            return False
        if self._is_unclear_percent(number):
            return False
        return after not in self.usage.halves and self._is_alone(place) and not self._is_name(number)

    def _is_alone(self, place: int) -> bool:
        """Whether no other number stands right beside it; a word of scale ("million") may follow."""
        number = self.numbers[place]
        before = self.numbers[place - 1] if place else None
        after = self.numbers[place + 1] if place + 1 < len(self.numbers) else None
        if before and before.last == number.first:
            return False
        return not (after and after.first == number.last) or self._scale_at(number.last) > 0

    def _is_name(self, number: _Number) -> bool:
        """Whether a word is written like a name; the first of a sentence is not, nor are German millions."""
        for at in range(number.first, number.last):
            token = self.tokens[at]
            starts = at == 0 or self.tokens[at - 1].shown in _SENTENCE_ENDS
            if token.shown[0].isupper() and not starts and token.folded not in (*self.usage.millions, "komma"):
                return True
        return False

    def _is_day(self, number: _Number) -> bool:
        """Whether a month stands beside it."""
        if not FIRST_DAY - number.is_ordinal <= number.value <= LAST_DAY:
            return False
        if number.is_ordinal and not _ORDINAL.fullmatch(number.digits):
            return False
        after = number.last + (self._word(number.last) in self.usage.of)
        return self._is_month(after) or (
            self.language == "en" and number.is_ordinal and self._is_month(number.first - 1)
        )

    def _is_month(self, at: int) -> bool:
        is_capital = 0 <= at < len(self.tokens) and self.tokens[at].shown[0].isupper()
        return self._word(at) in self.usage.months and (is_capital or not self.usage.capital_months)

    def _is_scale_only(self, number: _Number) -> bool:
        return all(word in self.usage.scales for word in self._words(number.first, number.last))

    def _scale_at(self, at: int) -> int:
        """The scale of a word that stands alone there, 0 if there is none."""
        found = next((one for one in self.numbers if one.first == at and one.last == at + 1), None)
        return self.usage.millions.get(self._word(at), 0) if found else 0

    def _count_percent(self, at: int) -> int:
        """How many words from there on say per cent."""
        for words in self.usage.percent:
            if self._words(at, at + len(words)) == words:
                return len(words)
        return 0

    def _is_unclear_percent(self, number: _Number) -> bool:
        """Whether per cent may be part of another number, as in "pour cent vingt euros"."""
        after = number.last + self._count_percent(number.last)
        if after > number.last and any(one.first < after < one.last for one in self.numbers):
            return True
        words = self._words(number.first - 1, number.first + 1)
        return number.last - number.first > 1 and words in self.usage.percent

    def _is_percent_word(self, number: _Number) -> bool:
        return any(
            self._words(number.last - len(words), number.last) == words and number.last - number.first == 1
            for words in self.usage.percent
        )

    def _words(self, first: int, last: int) -> tuple[str, ...]:
        return tuple(token.folded for token in self.tokens[max(0, first) : last])

    def _word(self, at: int) -> str:
        return self.tokens[at].folded if 0 <= at < len(self.tokens) else ""
