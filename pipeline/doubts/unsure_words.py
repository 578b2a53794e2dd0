"""Finds words that the recognizer was unsure of; neighbours are one doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.doubts.doubt import Doubt
from pipeline.doubts.word_importance import weigh_word
from pipeline.reading.words import LocatedWord, locate_words
from pipeline.recap import Segment, Spelling

LEAST_DOUBT = 0.2
"""Words that are less doubtful are left alone."""
SURE_BETWEEN = 2
"""So many sure words between unsure ones do not part them: they are heard anyway."""
_SENTENCE_ENDS = (".", "?", "!", "…", ":")


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A word of a segment with its doubt and what hangs on it."""

    located: LocatedWord
    doubt: float
    weight: float

    @property
    def is_unsure(self) -> bool:
        return self.doubt >= LEAST_DOUBT and self.weight > 0


def find_unsure_words(segment: Segment, language: str, cited: float) -> Iterator[Doubt]:
    """The doubts about the words of a segment on which hangs `cited` times as much as on another one."""
    for group in _group(_weigh(segment, language)):
        unsure = [word for word in group if word.is_unsure]
        mass = sum(word.weight for word in unsure)
        doubt = sum(word.doubt * word.weight for word in unsure) / mass
        reason = "unsure words" if len(unsure) > 1 else "an unsure word"
        words = [word.located for word in group]
        yield Doubt.about_words("words", segment, words, doubt, cited * mass / len(unsure), reason)


def _weigh(segment: Segment, language: str) -> list[_Weighed]:
    language = segment.language or language
    weighed = []
    begins = True
    for located in locate_words(segment):
        weight = weigh_word(located.word.text.strip(), language, begins_sentence=begins)
        begins = located.word.text.strip().endswith(_SENTENCE_ENDS)
        if any(_covers(spelling, located) for spelling in segment.spellings):  # the vocabulary settled it
            weight = 0.0
        weighed.append(_Weighed(located, 1.0 - located.word.probability, weight))
    return weighed


def _covers(spelling: Spelling, located: LocatedWord) -> bool:
    return spelling.position < located.end and located.start < spelling.position + len(spelling.written)


def _group(words: Sequence[_Weighed]) -> Iterator[list[_Weighed]]:
    """The stretches from an unsure word to another one that is near."""
    unsure = [number for number, word in enumerate(words) if word.is_unsure]
    first = 0
    for place, number in enumerate(unsure):
        is_last = place + 1 == len(unsure) or unsure[place + 1] - number > 1 + SURE_BETWEEN
        if is_last:
            yield list(words[unsure[first] : number + 1])
            first = place + 1
