"""Finds the entry of a vocabulary that a few heard words stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.vocabulary.entries import Entry, terms_of
from pipeline.vocabulary.likeness import Form

#: A near miss is at least this much like a long term, more for each letter fewer, and so much more than like any other.
LEAST_LIKENESS, MORE_A_LETTER, LONG_LETTERS, LEAST_LEAD = 0.72, 0.025, 8, 0.08
#: Terms with fewer letters are too like other words.
SHORTEST_LETTERS = 4
_FIRST_WITHOUT_SPACES = "\u2e80"
#: Endings that are kept: possessives.
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Match:
    """What to write for some heard words, and how like it they are (1: as the entry says)."""

    write: str
    likeness: float


class Matcher:
    """The entries of a vocabulary, prepared for looking up."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._exact = {_as_said(each.sounds_like): each.write for each in entries if each.sounds_like}
        near = [(Form.of(term), term) for term in terms_of(tuple(entries))]
        near += [(Form.of(each.sounds_like), each.write) for each in entries if each.sounds_like]
        self._near = [(form, term) for form, term in near if len(form.letters) >= SHORTEST_LETTERS]
        self._terms = {_as_said(term) for _, term in near}
        forms = [*self._exact, *self._terms]
        #: The most words that can stand for an entry; a name may be heard as one word more than it has.
        self.longest = max(map(_count_words, forms), default=0) + 1

    def find_exact(self, heard: str) -> Match | None:
        """The entry that asks for these very words to be replaced."""
        write = self._exact.get(_as_said(heard))
        return Match(write, 1.0) if write is not None and write != heard else None

    def find_near(self, heard: str) -> Match | None:
        """The one term that these words are nearly like; None if they are a term, or like two of them."""
        stem, ending = split_possessive(heard)
        said = Form.of(stem)
        if len(said.letters) < SHORTEST_LETTERS or _as_said(stem) in self._terms:
            return None
        best: dict[str, float] = {}
        for form, term in self._near:
            if _may_be(said.letters, form.letters):
                best[term] = max(best.get(term, 0.0), said.likeness(form))
        ranked = sorted(best.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < _least_likeness(ranked[0][0]):
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < LEAST_LEAD:
            return None
        return Match(ranked[0][0] + ending, ranked[0][1])


def _least_likeness(term: str) -> float:
    """What makes a near miss of a term: a short one is like many words."""
    return LEAST_LIKENESS + MORE_A_LETTER * max(0, LONG_LETTERS - len(term))


def split_possessive(heard: str) -> tuple[str, str]:
    """A form and its ending, such as `'s`."""
    found = _POSSESSIVE.search(heard)
    return (heard[: found.start()], found[0]) if found else (heard, "")


def _may_be(heard: str, form: str) -> bool:
    """Whether one may be a mishearing of the other: no number differs, and neither is the other and something more."""
    if re.sub(r"\D", "", heard) != re.sub(r"\D", "", form):
        return False
    return heard == form or (
        heard not in form and form not in heard and abs(len(heard) - len(form)) <= max(1, len(form) // 5)
    )


def _count_words(form: str) -> int:
    """The most words that a recognizer makes of a form: each character may be one in a script without spaces."""
    return len(form.split()) + sum(c >= _FIRST_WITHOUT_SPACES for c in form)


def _as_said(text: str) -> str:
    """A form without case and outer punctuation."""
    return " ".join(_strip_each(text.casefold().split()))


def _strip_each(words: Iterable[str]) -> list[str]:
    return [word.strip('.,;:!?…"“”„«»()[]') for word in words]
