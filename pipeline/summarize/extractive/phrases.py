"""Names a topic by the phrases that are said in it more than elsewhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.summarize.cues.speech import SpeechWords
from pipeline.summarize.extractive.word_weights import WORD, WordWeights, stem, tokenize

LONGEST = 4
"""Words of a phrase."""
NOUN_SHARE = 0.3
"""A word is taken for a noun if what stands before a noun precedes this share of it."""
MOST_BETWEEN = 1
"""Words between what stands before a noun and the noun."""
ONCE = 0.4
"""What a phrase counts that is said once."""
WEAK = 0.4
"""A second phrase is worth at least this share of the first."""
LONG_TITLE = 3
"""Words of weight after which a title needs no second phrase."""


@dataclass(slots=True)
class _Phrase:
    """How often a phrase is said in each topic, and in which spellings."""

    stems: tuple[str, ...]
    counts: Counter[int] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)


class PhraseBook:
    """The phrases of a meeting. `topics` are the texts of the sentences of each topic."""

    def __init__(self, topics: Sequence[Sequence[str]], weights: WordWeights, speech: SpeechWords | None) -> None:
        self._weights = weights
        self._speech = speech
        self._nouns, self._others = _tell_nouns((text for topic in topics for text in topic), speech)
        self._phrases: dict[tuple[str, ...], _Phrase] = {}
        self._count = len(topics)
        for number, topic in enumerate(topics):
            for text in topic:
                for words in self._candidates(text):
                    stems = tuple(stem(word.lower()) for word in words)
                    phrase = self._phrases.setdefault(stems, _Phrase(stems))
                    phrase.counts[number] += 1
                    phrase.forms[" ".join(words)] += 1

    def title(self, number: int) -> str:
        """The title of a topic: its best phrase, and a second one where the first is short; "" if it has none."""
        scores = {
            phrase.stems: self._score(phrase, number) for phrase in self._phrases.values() if phrase.counts[number]
        }
        ranked = sorted(scores, key=lambda stems: (-scores[stems], stems))
        chosen: list[tuple[str, ...]] = []
        for stems in ranked:
            if scores[stems] <= (WEAK * scores[ranked[0]] if chosen else 0.0) or any(
                set(stems) & set(other) for other in chosen
            ):
                continue
            chosen.append(stems)
            if len(chosen) == 2 or len(stems) >= LONG_TITLE:
                break
        whole = tuple(one for stems in chosen for one in stems)
        title = self._form(whole) if whole in self._phrases else ", ".join(self._form(stems) for stems in chosen)
        return title[:1].upper() + title[1:]

    def _score(self, phrase: _Phrase, number: int) -> float:
        """How much a phrase tells a topic from the others: its weight, how often it is said here, and only here."""
        here, everywhere = phrase.counts[number], phrase.counts.total()
        weight = sum(self._weights[one] for one in phrase.stems)
        length = sum(1 for one in phrase.stems if self._weights[one])
        if here == 1 and length == 1:
            return 0.0
        often = math.log1p(here) if here > 1 else ONCE
        special = math.log((1 + self._count) / len(phrase.counts)) / math.log(1 + self._count)
        return weight / math.sqrt(length) * often * special * (0.3 + 0.7 * here / everywhere)

    def _form(self, stems: tuple[str, ...]) -> str:
        return self._phrases[stems].forms.most_common(1)[0][0]

    def _candidates(self, text: str) -> Iterator[list[str]]:
        """Runs of words that begin and end with a word of weight, the head of which is a noun."""
        for part in _parts(text):
            for end in range(1, len(part) + 1):
                if end < len(part) and self._is_noun(part[end]):
                    continue  # "remote" is no name where "control" follows
                for start in range(max(0, end - LONGEST), end):
                    if self._is_name(part[start:end]):
                        yield part[start:end]

    def _is_noun(self, word: str) -> bool:
        if not self._weights[word.lower()] or stem(word.lower()) not in self._nouns:
            return False
        return self._speech is None or not self._speech.no_noun.search(word)

    def _is_name(self, words: Sequence[str]) -> bool:
        lower = [word.lower() for word in words]
        if not self._weights[lower[0]] or not self._is_noun(words[-1]) or stem(lower[0]) in self._others:
            return False
        linkers = self._speech.linkers if self._speech else frozenset()
        inner = lower[1:-1]
        if not all(self._weights[word] or word in linkers for word in inner):
            return False
        return len(set(lower)) == len(lower)


def _parts(text: str) -> Iterator[list[str]]:
    """The stretches of a text between punctuation."""
    part: list[str] = []
    reached = 0
    for found in WORD.finditer(text.replace("’", "'")):
        if part and text[reached : found.start()].strip():
            yield part
            part = []
        part.append(found[0])
        reached = found.end()
    if part:
        yield part


def _tell_nouns(texts: Iterable[str], speech: SpeechWords | None) -> tuple[set[str], set[str]]:
    """The stems that are nouns, and those that are verbs or adjectives, by what stands before them.

    Without a table of the language every word may be a noun.
    """
    sentences = [tokenize(text) for text in texts]
    total = Counter(stem(word) for words in sentences for word in words)
    if speech is None:
        return set(total), set()
    noun: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for words in sentences:
        for at, word in enumerate(words):
            kind = _told_by_words_before(words[max(0, at - 1 - MOST_BETWEEN) : at], speech)
            noun[stem(word)] += kind == "noun"
            other[stem(word)] += kind == "other"
    nouns = {one for one, count in total.items() if noun[one] - other[one] / 2 >= NOUN_SHARE * count}
    return nouns, {one for one, count in other.items() if count > noun[one]}


def _told_by_words_before(before: Sequence[str], speech: SpeechWords) -> str:
    """What a word is: a "noun" after a determiner, also with adjectives between, "other" after a herald, else ""."""
    for near, word in enumerate(reversed(before)):
        if word in speech.heralds:
            return "" if near else "other"
        if word in speech.determiners:
            return "noun"
        if speech.adverb.search(word):
            return ""
    return ""
