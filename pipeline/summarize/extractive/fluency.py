"""How well a sentence reads by itself: spoken in one go, to its end, and about nothing said before it."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.summarize.cues import cues_for
from pipeline.summarize.cues.speech import SpeechWords, speech_words
from pipeline.summarize.extractive.sentences import Sentence
from pipeline.summarize.extractive.spoken_text import SHORT, is_word
from pipeline.summarize.extractive.word_weights import WORD

FLAW = 0.7
"""What a sentence with one flaw is worth."""
FRAGMENT = 3
"""Letters of what is rather a broken word than one too rare to be known."""


def fluency(sentence: Sentence, language: str) -> float:
    """1 for a sentence without a flaw, less for each."""
    text, speech, cues = sentence.text, speech_words(language), cues_for(language)
    flaws = 0
    if text.isascii():
        flaws += 0 if sentence.is_complete else 2
        flaws += text[:1].islower()
    words = WORD.findall(text)
    if speech and cues and words:
        lower = [word.lower() for word in words]
        firsts = {*lower[:1], *WORD.findall(cues.filler.sub("", text).lower())[:1]}
        flaws += any(word.split("'")[0] in speech.references for word in firsts)
        flaws += 2 * (lower[-1] in speech.determiners | speech.linkers)
        flaws += sum(one in speech.pronouns and other in speech.pronouns for one, other in pairwise(lower))
        flaws += sum(_is_fragment(word, language, speech) for word in words)
        restarts = (found[1].lower() for found in re.finditer(r"[\w'] ([A-Z][a-z]+)\b", text))
        flaws += sum(word in cues.stop_words for word in restarts)
    power: float = FLAW**flaws
    return power


def _is_fragment(word: str, language: str, speech: SpeechWords) -> bool:
    if not word.islower() or len(word) > FRAGMENT:
        return False
    return word not in speech.short if len(word) <= SHORT else not is_word(word, language)
