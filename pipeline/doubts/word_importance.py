"""How much hangs on a word: numbers, names, dates and negations count most, words without meaning least."""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache

from babel.core import UnknownLocaleError

from pipeline.languages import base_code, month_names, weekday_names
from pipeline.summarize.cues import cues_for
from pipeline.summarize.cues.speech import HESITATIONS, speech_words
from pipeline.summarize.extractive.word_weights import language_shares, weightless_words
from pipeline.summarize.language_model.evidence import NEGATIONS, NOUNS_ARE_CAPITALIZED
from pipeline.summarize.language_model.normalization import normalize

HESITATION, EMPTY, USUAL, RARE, TELLING = 0.3, 0.6, 1.0, 1.4, 2.0
"""What words weigh: sounds, words without meaning, those that everybody says and those that hardly anybody does;
numbers, names, dates and negations."""
USUAL_SHARE, RARE_SHARE = 1e-4, 1e-6
"""Of the words of the language; between them the weight grows with the logarithm."""


@lru_cache(maxsize=65536)  # as many as a long meeting has, and no more of what people said
def weigh_word(text: str, language: str, *, begins_sentence: bool) -> float:
    """What a word weighs that is written so; 0 for one without a letter or digit."""
    plain = normalize(text)
    if not plain:
        return 0.0
    if re.fullmatch(HESITATIONS, plain):
        return HESITATION
    if plain in NEGATIONS or _is_number(plain, language) or _written(text) in _days_and_months(language):
        return TELLING
    if plain in _empty_words(language):
        return EMPTY
    if not begins_sentence and _is_name(text, language):
        return TELLING
    return _weigh_rarity(plain, language)


def _weigh_rarity(plain: str, language: str) -> float:
    shares = language_shares(language)
    if shares is None:
        return USUAL
    share = min(USUAL_SHARE, max(RARE_SHARE, shares.get(plain, 0.0)))
    return USUAL + (RARE - USUAL) * math.log(USUAL_SHARE / share) / math.log(USUAL_SHARE / RARE_SHARE)


def _is_name(text: str, language: str) -> bool:
    """Whether a word has a capital that is not the recognizer's whim: everyday words are no names."""
    written = _written(text)
    if not written[:1].isupper() or base_code(language) in NOUNS_ARE_CAPITALIZED:
        return False
    return (language_shares(language) or {}).get(written.lower(), 0.0) < USUAL_SHARE


def _written(text: str) -> str:
    return re.sub(r"^\W+|(?:['’]s)?\W*$", "", text)


def _is_number(plain: str, language: str) -> bool:
    """Whether a word has digits, or says a number other than one, which is rather a pronoun or an article."""
    from text_to_num import alpha2digit

    if any(one.isdigit() for one in plain):
        return True
    try:
        written: str = alpha2digit(plain, base_code(language), 0)
    except ValueError:  # no language of the library
        return False
    return written.isdigit() and written != "1"


@cache
def _empty_words(language: str) -> frozenset[str]:
    """Stop words and fillers, written as `normalize` does."""
    return frozenset(map(normalize, weightless_words(cues_for(language), speech_words(language))))


@cache
def _days_and_months(language: str) -> frozenset[str]:
    code = base_code(language)
    try:
        return frozenset((*month_names(code), *weekday_names(code)))
    except (UnknownLocaleError, ValueError):  # the recognizer knows languages that the calendar does not
        return frozenset()
