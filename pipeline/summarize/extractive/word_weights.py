"""Weighs words by how much more often they come in a meeting than in the language.

The weight is log(share here / share in the language). Words without meaning weigh nothing, words said once a third. In
a language without known shares, a word weighs by how few sentences have it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.languages import base_code
from pipeline.summarize.cues import Cues
from pipeline.summarize.cues.speech import HESITATIONS, SpeechWords

WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
"""Japanese and Chinese, which write no spaces: two signs count as a word."""
RAREST = 1e-6
"""The share of words that are too rare to be listed."""
ONCE = 1 / 3
SAME_LANGUAGE = {"no": "nb", "nn": "nb", "hr": "sh", "bs": "sh", "sr": "sh", "tl": "fil"}
"""Codes of languages that the list of words has under another one."""
STEM = 6
"""Letters of a word that count, which merges most inflections."""


def tokenize(text: str) -> list[str]:
    """The words of a text in lower case; apostrophes and hyphens belong to them."""
    found: list[str] = []
    for word in WORD.findall(text.lower().replace("’", "'")):
        if UNSPACED.fullmatch(word):
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        else:
            found.append(word)
    return found


def stem(word: str) -> str:
    """A word without most of its inflection."""
    return word.removesuffix("'s")[:STEM]


class WordWeights:
    """The weights of the words of one meeting, given as its sentences in tokens."""

    def __init__(
        self, sentences: Sequence[Sequence[str]], language: str, weightless: Collection[str] = frozenset()
    ) -> None:
        counts = Counter(stem(word) for words in sentences for word in words)
        spread = Counter(one for words in sentences for one in {stem(word) for word in words})
        total = max(1, counts.total())
        shares = language_shares(language)
        usual = _usual_shares({word for words in sentences for word in words}, shares or {})
        silent = {stem(word) for word in weightless if len(word) > STEM} | set(weightless)
        self._weights: dict[str, float] = {}
        for one, count in counts.items():
            if one in silent or one.isdigit() or (len(one) < 3 and one.isascii()) or re.fullmatch(HESITATIONS, one):
                continue
            if shares is None:
                weight = math.log(len(sentences) / spread[one]) - 1
            else:
                weight = math.log(count / total / max(usual[one], RAREST))
            self._weights[one] = max(0.0, weight) * (ONCE if count == 1 else 1.0)

    def __getitem__(self, word: str) -> float:
        return self._weights.get(stem(word), 0.0)

    def of(self, words: Iterable[str]) -> dict[str, float]:
        """The stems among some words that weigh anything, with their weights."""
        stems = {stem(word) for word in words}
        return {one: self._weights[one] for one in stems if self._weights.get(one)}


def weightless_words(cues: Cues | None, speech: SpeechWords | None) -> frozenset[str]:
    """The words of a language that say nothing about the subject."""
    return (cues.stop_words if cues else frozenset()) | (speech.fillers if speech else frozenset())


def language_shares(language: str) -> Mapping[str, float] | None:
    """How often each word comes in a language, 0..1; None where that is not known."""
    from wordfreq import available_languages, get_frequency_dict

    code = base_code(language)
    code = SAME_LANGUAGE.get(code, code)
    if code not in available_languages("small"):
        return None
    shares: Mapping[str, float] = get_frequency_dict(code, "small")
    return shares


def _usual_shares(words: Iterable[str], shares: Mapping[str, float]) -> defaultdict[str, float]:
    """The share in the language of each stem: that of its forms that came here."""
    usual: defaultdict[str, float] = defaultdict(float)
    for word in words:
        usual[stem(word)] += shares.get(word, 0.0)
    return usual
