"""Takes hesitations, false starts and asides out of what somebody said, and changes no other word."""

from __future__ import annotations

import re
from functools import cache

from pipeline.summarize.cues import cues_for
from pipeline.summarize.cues.speech import HESITATIONS, SpeechWords, speech_words

_HESITATION = re.compile(
    rf"(?P<before>[\w'-]+)?(?P<comma>,)?\s*(?<![\w'-])(?:{HESITATIONS})(?![\w'-])(?P<after>[,.…]*)", re.IGNORECASE
)
_REPEAT = re.compile(
    r"(?<![\w'-])(?P<said>[^\W\d][\w'-]*(?:\s+[\w'-]+){0,3}?)(?:(?:,|\s-|\.{3}|…)?\s+(?P=said))+(?![\w'-])",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(r"(?<![\w'.-])(?P<part>[^\W\d_]+)\s+(?=(?P=part)[^\W\d_])", re.IGNORECASE)
"""A word broken off and said again: "p priority"."""
_BROKEN_WORD = re.compile(r"(?<![\w'-])[^\W\d_]+-\s+")
RARE = 3e-6
"""Fragments have a smaller share in the language than words."""
SHORT = 2
"""Letters of words that a table lists in full."""
MOST_ROUNDS = 3


def clean_text(text: str, language: str) -> str:
    """The text without what is no part of the statement; as it is where nothing would be left.

    Hesitations go in every language, the rest in those that have a table.
    """
    speech, cues = speech_words(language), cues_for(language)
    plain = text.replace("’", "'")
    stop_words = cues.stop_words if cues else frozenset()
    cleaned = _tidy(_HESITATION.sub(lambda found: _without_hesitation(found, stop_words), plain))
    if speech:
        cleaned = _BROKEN_WORD.sub("", cleaned)
        cleaned = _FRAGMENT.sub(lambda found: _drop_fragment(found, language, speech), cleaned)
        cleaned = _without_asides(cleaned, speech)
    if not re.search(r"\w", cleaned) or cleaned == " ".join(plain.split()):
        return text
    return cleaned[0].upper() + cleaned[1:] if text[:1].isupper() else cleaned


def _without_hesitation(found: re.Match[str], stop_words: frozenset[str]) -> str:
    """The words around it; a comma stays only where it may part what comes before from what comes after."""
    before, comma = found["before"] or "", found["comma"] or ""
    if found["after"].strip(","):
        return before + found["after"].strip(",")
    return before if before.lower() in stop_words else before + comma


def _without_asides(text: str, speech: SpeechWords) -> str:
    """Without asides, openers, and what they parted and is then said twice."""
    for _ in range(MOST_ROUNDS):
        shorter = _REPEAT.sub(lambda found: _say_once(found, speech), text)
        shorter = _tidy(speech.asides.sub(_join_around, shorter))
        shorter = _tidy(speech.openers.sub(lambda found: found["join"] or "", shorter))
        if shorter == text or not shorter:
            break
        text = shorter
    return text


def _join_around(found: re.Match[str]) -> str:
    """What stands in the place of an aside: nothing before the end of a sentence, else a space."""
    return "" if found.string[found.end() : found.end() + 1] in set(".?!") else " "


def _say_once(found: re.Match[str], speech: SpeechWords) -> str:
    said = found["said"]
    return found[0] if said.lower() in speech.doubles else said


def _drop_fragment(found: re.Match[str], language: str, speech: SpeechWords) -> str:
    part = found["part"]
    if len(part) <= SHORT and (part.isupper() or part.lower() in speech.short):
        return found[0]
    return found[0] if len(part) > SHORT and is_word(part.lower(), language) else ""


@cache
def is_word(text: str, language: str) -> bool:
    """Whether the language knows a word, given in lower case; of a language without known shares, any."""
    from pipeline.summarize.extractive.word_weights import language_shares

    return (language_shares(language) or {text: 1.0}).get(text, 0.0) > RARE


def _tidy(text: str) -> str:
    """Single spaces, and no punctuation left over."""
    text = re.sub(r"\s+([,.…])", r"\1", re.sub(r"\s+", " ", text)).strip()
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*([.!?…])", r"\1", text)
    text = re.sub(r"(\.{3}|…)\.+", r"\1", text)
    return re.sub(r"^[,;.…]+\s*", "", text)
