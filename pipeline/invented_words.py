"""Tells words that Whisper invents from words that somebody said.

Over music, noise and silence Whisper writes what often stood under such sound ("you", "Thank you."). It says itself
that there may be no speech, or it hardly believes its words; short real utterances are believed. Loops are the other
kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.recap import Phrase, Word

#: A phrase is invented if there may be no speech and its words are less probable on average.
#: (probability that there is no speech, mean probability of the words)
DOUBTS = ((0.0, 0.1), (0.4, 0.3), (0.6, 0.5))
#: How often a run of words may follow itself, by its length in words; longer runs as the last.
MOST_REPEATS = (7, 4, 3)
LONGEST_RUN = 12  # words


@dataclass(frozen=True, slots=True)
class Sifted:
    """The phrases that somebody said, and whether any others were dropped."""

    phrases: tuple[Phrase, ...]
    has_dropped: bool


def drop_invented(phrases: Iterable[Phrase]) -> Sifted:
    """Drop invented phrases, and those without a word."""
    given = [phrase for phrase in phrases if phrase.words]
    kept = tuple(phrase for phrase in given if not is_invented(phrase))
    return Sifted(kept, len(kept) < len(given))


def is_invented(phrase: Phrase) -> bool:
    """Whether nobody is likely to have said these words."""
    probability = sum(word.probability for word in phrase.words) / max(1, len(phrase.words))
    return any(phrase.no_speech_prob >= silence and probability < least for silence, least in DOUBTS)


def cut_loops(phrase: Phrase) -> Phrase:
    """The phrase with each run of words that repeats itself too often said once."""
    kept: list[Word] = []
    words, at = phrase.words, 0
    folded = [word.text.strip(" .,!?…").lower() for word in words]
    while at < len(words):
        length, repeats = _find_loop(folded, at)
        kept += words[at : at + length]
        at += length * repeats
    if len(kept) == len(words):
        return phrase
    text = "".join(word.text for word in kept)
    return replace(phrase, start=kept[0].start, end=kept[-1].end, text=text, words=tuple(kept), compression_ratio=1.0)


def _find_loop(words: Sequence[str], at: int) -> tuple[int, int]:
    """The length of the run that loops from here and how often it is said; 1 and 1 where none does."""
    for length in range(1, min(LONGEST_RUN, (len(words) - at) // 2) + 1):
        run, repeats = words[at : at + length], 1
        while words[at + length * repeats : at + length * (repeats + 1)] == run:
            repeats += 1
        if repeats > MOST_REPEATS[min(length, len(MOST_REPEATS)) - 1]:
            return length, repeats
    return 1, 1
