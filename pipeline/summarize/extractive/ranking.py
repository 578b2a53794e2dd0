"""Ranks sentences by how much they say about the whole recording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.summarize.cues import Cues
from pipeline.summarize.extractive.cue_matching import (
    is_question,
    strip_fillers,
)
from pipeline.summarize.extractive.sentences import Sentence
from pipeline.summarize.extractive.textrank import Floats, TermMatrix, build_terms, rank

MIN_WORDS = 6
"""Shorter sentences say too little on their own for an overview or a quote."""


class SentenceRanking:
    """How much each sentence says about the whole."""

    def __init__(self, sentences: Sequence[Sentence], cues: Cues | None) -> None:
        stop_words = cues.stop_words if cues else frozenset()
        self.sentences = sentences
        self.terms: TermMatrix = build_terms([terms_of(one.text, stop_words) for one in sentences])
        self.scores: Floats = rank(self.terms) * len(sentences)
        self.usable = np.array([_is_usable(one, cues) for one in sentences], dtype=bool)
        if cues:
            self.scores *= np.array([_weight(one, cues) for one in sentences])

    def choose(self, count: int, within: Iterable[int] | None = None, without: Iterable[int] = ()) -> list[int]:
        """The indices of the best sentences in order of time.

        Each choice lowers the scores of similar sentences, and slightly those of the same speaker.
        """
        open_ = self.usable.copy()
        if within is not None:
            mask = np.zeros(len(open_), dtype=bool)
            mask[list(within)] = True
            open_ &= mask
        open_[list(without)] = False
        scores = self.scores.copy()
        chosen: list[int] = []
        while len(chosen) < count and open_.any():
            best = int(np.argmax(np.where(open_, scores, -np.inf)))
            chosen.append(best)
            open_[best] = False
            scores *= 1.0 - 0.8 * np.clip(self.terms.similarity_to(best), 0.0, 1.0)
            scores *= np.array([0.7 if one.speaker == self.sentences[best].speaker else 1.0 for one in self.sentences])
        return sorted(chosen)


def terms_of(text: str, stop_words: frozenset[str]) -> list[str]:
    """The content words in lower case, cut to six letters, which merges most inflections."""
    words = re.findall(r"[^\W\d_]+|\d+", text.lower())
    return [word[:6] for word in words if word not in stop_words and (len(word) > 2 or not word.isascii())]


def _weight(sentence: Sentence, cues: Cues) -> float:
    """Decisions and closing remarks say more about a meeting than other sentences."""
    text = strip_fillers(sentence, cues)
    return 1.5 if cues.decision.search(text) or cues.closing.search(text) else 1.0


def _is_usable(sentence: Sentence, cues: Cues | None) -> bool:
    if cues is None:
        return len(sentence.text.split()) >= MIN_WORDS or not sentence.text.isascii()
    text = strip_fillers(sentence, cues)
    others = (cues.topic, cues.promise, cues.request, cues.courtesy, cues.unknown)
    if is_question(sentence, cues) or any(one.search(text) for one in others):
        return False
    return len(text.split()) >= MIN_WORDS
