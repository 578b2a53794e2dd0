"""Ranks sentences by how much they say about the subject."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.recap import Transcript
from pipeline.summarize.cues import Cues
from pipeline.summarize.cues.speech import speech_words
from pipeline.summarize.extractive.cue_matching import is_question, strip_fillers
from pipeline.summarize.extractive.fluency import fluency
from pipeline.summarize.extractive.sentences import Sentence
from pipeline.summarize.extractive.word_weights import WORD, WordWeights, tokenize, weightless_words

FEWEST_WORDS = 7
"""Shorter sentences say too little on their own."""
MOST_WORDS = 45
FULL_LENGTH = 14
"""Shorter sentences are not worth more a word than one of this length."""
LEAST_WEIGHTY = 2
"""Words of weight that a sentence has, to say anything."""


class SentenceRanking:
    """What each sentence says about the whole.

    `words` are their words, `weights` those that weigh anything.
    """

    def __init__(self, sentences: Sequence[Sentence], transcript: Transcript, cues: Cues | None) -> None:
        self.sentences = sentences
        self.language = transcript.language
        self.speech = speech_words(transcript.language)
        self.words = [tokenize(one.text) for one in sentences]
        names = {word for one in transcript.speakers for word in tokenize(one.name)}
        weightless = weightless_words(cues, self.speech) | _used_as_names(names, [one.text for one in sentences])
        self.word_weights = WordWeights(self.words, transcript.language, weightless)
        self.weights: list[Mapping[str, float]] = [self.word_weights.of(words) for words in self.words]
        self.worth = [self._worth(at, cues) for at in range(len(sentences))]

    def choose(
        self,
        count: int,
        within: Iterable[int] | None = None,
        without: Collection[int] = (),
        factors: Mapping[int, float] | None = None,
    ) -> list[int]:
        """The best sentences in order of time; what a chosen one says counts no more for the others."""
        open_ = {at for at in within if self.worth[at]} if within is not None else set(range(len(self.worth)))
        open_ = {at for at in open_ - set(without) if self.worth[at]}
        said: set[str] = set()
        chosen: list[int] = []
        while len(chosen) < count and open_:
            best = max(sorted(open_), key=lambda at: self._novel_worth(at, said) * (factors or {}).get(at, 1.0))
            chosen.append(best)
            open_.discard(best)
            said |= self.weights[best].keys()
        return sorted(chosen)

    def _novel_worth(self, at: int, said: set[str]) -> float:
        weights = self.weights[at]
        new = sum(weight for word, weight in weights.items() if word not in said)
        return self.worth[at] * (new / sum(weights.values()))

    def _worth(self, at: int, cues: Cues | None) -> float:
        """The weight of its words over the root of its length; 0 where it says nothing by itself."""
        sentence, words, weights = self.sentences[at], self.words[at], self.weights[at]
        if not FEWEST_WORDS <= len(words) <= MOST_WORDS or len(weights) < LEAST_WEIGHTY:
            return 0.0
        if cues and _says_nothing(sentence, cues):
            return 0.0
        worth = sum(weights.values()) / math.sqrt(max(len(words), FULL_LENGTH))
        if cues and (cues.decision.search(sentence.text) or cues.closing.search(sentence.text)):
            worth *= 1.5
        return worth * fluency(sentence, self.language)


def _says_nothing(sentence: Sentence, cues: Cues) -> bool:
    text = strip_fillers(sentence, cues)
    others = (cues.topic, cues.promise, cues.request, cues.courtesy, cues.unknown)
    return is_question(sentence, cues) or any(one.search(text) for one in others)


def _used_as_names(words: Collection[str], texts: Iterable[str]) -> set[str]:
    """Those of the words that are written with a capital at least as often as without."""
    written = Counter(word for text in texts for word in WORD.findall(text) if word.lower() in words)
    return {word for word in words if written[word.capitalize()] >= written[word]}
