"""Chooses which terms of a vocabulary the recognizer gets as hints for a window.

A recognizer that is given a whole list hears names of the list where others were said. So a window is first decoded
without any; where something unsure is a little like a term, it is decoded again with those terms, and what comes of it
counts only if a term is heard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.recap import Phrase, Word
from pipeline.vocabulary.likeness import Form, fold

#: What is heard is as much like a long term as this, more for each letter fewer; a change of spelling needs more.
LEAST_LIKENESS, MORE_A_LETTER, LONG_LETTERS = 0.55, 0.04, 8
#: Words with a higher probability are right.
SURE_FROM = 0.85
SHORTEST_LETTERS = 4
MAX_HINTS = 8
_MOST_WORDS = 4


class HintFinder:
    """The terms of a vocabulary, prepared for looking up."""

    def __init__(self, terms: Sequence[str]) -> None:
        parts = ((part, term) for term in terms for part in {term, *term.split()})
        forms = ((Form.of(part), term) for part, term in parts)
        self._forms = [(form, term) for form, term in forms if len(form.letters) >= SHORTEST_LETTERS]
        self._found: dict[str, list[tuple[str, float]]] = {}

    def choose(self, phrases: Iterable[Phrase]) -> tuple[str, ...]:
        """The terms that something unsure in these phrases may be, the likest first; not those that are heard."""
        if not self._forms:
            return ()
        phrases = list(phrases)
        best: dict[str, float] = {}
        for phrase in phrases:
            for heard in _unsure_forms(phrase.words):
                for term, likeness in self._look_up(heard):
                    best[term] = max(best.get(term, 0.0), likeness)
        said = fold("".join(word.text for phrase in phrases for word in phrase.words))
        missing = (term for term in best if fold(term) not in said)
        return tuple(sorted(missing, key=lambda term: -best[term])[:MAX_HINTS])

    def _look_up(self, letters: str) -> list[tuple[str, float]]:
        """The terms that some letters are like, remembered: talk repeats itself."""
        if letters not in self._found:
            heard = Form.of(letters)
            scored = (
                (term, heard.likeness(form, LEAST_LIKENESS), form) for form, term in self._of_length(len(letters))
            )
            self._found[letters] = [
                (term, likeness)
                for term, likeness, form in scored
                if likeness >= _least_likeness(form.letters) and form.letters != letters
            ]
        return self._found[letters]

    def _of_length(self, length: int) -> list[tuple[Form, str]]:
        return [(form, term) for form, term in self._forms if abs(len(form.letters) - length) <= len(form.letters) // 3]

    def gains(self, before: Iterable[Phrase], after: Iterable[Phrase], hints: Sequence[str]) -> bool:
        """Whether a hinted term, or a word of it, is heard more often after than before."""
        wanted = {fold(part) for term in hints for part in {term, *term.split()}} - {""}
        return _count(after, wanted).total() > _count(before, wanted).total()


def _least_likeness(letters: str) -> float:
    """What makes a form worth a hint: a short one is like many words."""
    return LEAST_LIKENESS + MORE_A_LETTER * max(0, LONG_LETTERS - len(letters))


def _unsure_forms(words: Sequence[Word]) -> Iterator[str]:
    """What a few words in a row may be together, each of them unsure."""
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + _MOST_WORDS) + 1):
            if words[last - 1].probability >= SURE_FROM:
                break
            letters = fold("".join(word.text for word in words[first:last]))
            if len(letters) >= SHORTEST_LETTERS:
                yield letters


def _count(phrases: Iterable[Phrase], wanted: set[str]) -> Counter[str]:
    """How often the wanted forms are heard, in one word or two."""
    words = [fold(word.text) for phrase in phrases for word in phrase.words]
    pairs = (one + other for one, other in pairwise(words))
    return Counter(form for form in (*words, *pairs) if form in wanted)
