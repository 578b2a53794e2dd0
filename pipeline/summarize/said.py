"""Whether something was said: a text held against segments of the transcript, word for word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from pipeline.recap import Segment, Transcript
from pipeline.summarize.language import base_code

NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Thai and Lao, Burmese, Khmer, kana and Chinese characters: scripts that leave no space between words."""
_TOKEN = re.compile(rf"[{NO_SPACES}]|[^\s{NO_SPACES}]+")
_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,'’]\d+)*")
_SPOKEN_NUMBER = re.compile(r"\d+(?:[\s.,'’]+\d+)*")
_MINUTES = re.compile(r"(?<=\d):\d\d(?!\d)")
_GLUED = re.compile(r"[^\W\d_]\d[\w.,]*")
_JOINERS = "\u200c\u200d"
"""Invisible, but part of the spelling in Persian, in Indian scripts and in emoji."""
_SELECTORS = range(0xE0100, 0xE01F0)
"""Variation selectors that no text needs, and in which messages can be hidden."""
MOST_BETWEEN = 1
LEADING_IN = frozenset(
    [
        "a",
        "à",
        "al",
        "am",
        "an",
        "antes",
        "at",
        "au",
        "aux",
        "avant",
        "before",
        "bis",
        "by",
        "das",
        "de",
        "del",
        "dem",
        "den",
        "der",
        "des",
        "die",
        "du",
        "due",
        "el",
        "en",
        "for",
        "het",
        "ici",
        "im",
        "in",
        "la",
        "le",
        "les",
        "on",
        "op",
        "para",
        "pour",
        "spätestens",
        "te",
        "tegen",
        "the",
        "till",
        "to",
        "tot",
        "um",
        "until",
        "uiterlijk",
        "vor",
        "voor",
        "zum",
        "zur",
    ]
)
"""Words before a date that may be told otherwise than they were said, in English, Dutch, German, French and Spanish."""
LONG_NUMBER = 4
"""Digits from which "2 million" and "2,000,000" are taken for the same if all but the zeros is."""


def one_line(text: str) -> str:
    """The text on one line, without control signs and what else cannot be seen, such as a change of direction."""
    kept = (
        one
        for one in text
        if one.isspace()
        or one in _JOINERS
        or (unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cs") and ord(one) not in _SELECTORS)
    )
    return " ".join("".join(kept).split())


def normalized(text: str) -> str:
    """Letters and digits only, in lower case, words apart by one blank; signs that stand for words count as words."""
    folded = re.sub("['’‘`´\u00ad\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in folded)
    return " ".join(_TOKEN.findall(kept))


def is_said(text: str, segments: Sequence[Segment]) -> bool:
    """Whether the words of the text stand together in the segments."""
    return _stand_together(normalized(text), segments)


def _stand_together(wanted: str, segments: Sequence[Segment]) -> bool:
    return bool(wanted) and f" {wanted} " in f" {normalized(' '.join(one.text for one in segments))} "


def find_quote(text: str, cited: Sequence[Segment], following: dict[str, str]) -> tuple[Segment, ...]:
    """The cited segments that hold a quote word for word, empty where none do.

    It may run on from one segment into the next if both have one speaker; `following` is the id of each one's next.
    """
    wanted = normalized(text)
    for run in _runs(cited, following):
        if not _stand_together(wanted, run):
            continue
        while len(run) > 1 and _stand_together(wanted, run[1:]):
            run = run[1:]
        while len(run) > 1 and _stand_together(wanted, run[:-1]):
            run = run[:-1]
        return tuple(run)
    return ()


def _runs(cited: Sequence[Segment], following: dict[str, str]) -> list[list[Segment]]:
    """The segments in runs of one speaker without a gap."""
    runs = [list(cited[:1])]
    for before, after in pairwise(cited):
        if following.get(before.id) == after.id and before.speaker == after.speaker:
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def find_ending(text: str, segments: Sequence[Segment]) -> str | None:
    """The longest ending of the text that was said, None where nothing of it was.

    "Friday" of "by Friday" where only that was said; "end of the month", as spoken, for "end of month". Only words that
    lead in are left out: "not before Friday" is not Friday. What is shorter than three letters is no ending, unless it
    has a digit.
    """
    words = text.split()
    for start in range(len(words)):
        if start and normalized(words[start - 1]) not in LEADING_IN:
            break
        ending = " ".join(words[start:])
        plain = normalized(ending)
        if len(plain) < 3 and not re.search(r"\d", plain):
            break
        if _stand_together(plain, segments):
            return ending
        if found := _find_in_order(plain.split(), segments):
            return found
    return None


def _find_in_order(wanted: Sequence[str], segments: Sequence[Segment]) -> str | None:
    """The first stretch with all the words that are wanted, in order, with at most MOST_BETWEEN between two."""
    spoken = [word for one in segments for word in one.text.split()]
    words = [normalized(word) for word in spoken]
    for start in (at for at, word in enumerate(words) if word == wanted[0]):
        at = start
        for word in wanted[1:]:
            following = words[at + 1 : at + 2 + MOST_BETWEEN]
            if word not in following:
                break
            at += 1 + following.index(word)
        else:
            return " ".join(spoken[start : at + 1]).rstrip(".,;:!?…")
    return None


@dataclass(frozen=True, slots=True)
class Spoken:
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
        return cls(frozenset(normalized(text).split()), _numbers(text, base_code(transcript.language)))

    @classmethod
    def together(cls, parts: Iterable[Spoken]) -> Self:
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
