"""Cuts a transcript into short stretches, which the model reads one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

from pipeline.summarize.cues import cues_for
from pipeline.summarize.extractive.tiling import wanted_topics
from pipeline.summarize.language_model.chunking import find_pause
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.language_model.transcript_lines import TranscriptLine

STRETCH_TOKENS = 1600
"""A model that reads more at once cites lines that do not say what it writes."""
EMPTY_WORDS = frozenset("ah aha eh er erm hm hmm huh mhm mm mmm oh uh uhhuh um wow yeah yep yes".split())
"""What people say while they listen or think, in any language; the words of a cue table come on top."""
COURTESY_WORDS = 6
"""A longer line says more than a greeting."""
WORDS_A_POINT, MOST_NEEDED, SPARE_POINTS = 35, 3, 3
"""An answer needs a point for so many words, but no more than so many, and may have some to spare: a small model ends
its answer as soon as it may, or never."""
NEARBY = 0.25
"""How far from its ideal place a cut may be, as a share of the stretch."""


def stretches(
    lines: Sequence[TranscriptLine], counter: TokenCounter, topic_starts: Sequence[float] = ()
) -> list[list[TranscriptLine]]:
    """Stretches that begin where topics begin (in seconds), or else are of equal size; long ones are cut further.

    Cuts are at pauses and changes of speaker. Topics shorter than half of what is usual are joined with the one before.
    """
    if not lines:
        return []
    begin, end = lines[0].start, max(line.end for line in lines)
    usual = max(1.0, end - begin) / wanted_topics(end - begin)
    places = [0]
    for start in sorted(topic_starts):
        if min(start - lines[places[-1]].start, end - start) >= usual / 2:
            places.append(next(at for at, line in enumerate(lines) if line.start >= start - 0.01))
    parts = [lines[start:after] for start, after in pairwise([*places, len(lines)])]
    return [one for part in parts for one in _cut_evenly(part, counter, usual)]


def _cut_evenly(lines: Sequence[TranscriptLine], counter: TokenCounter, usual: float) -> list[list[TranscriptLine]]:
    """Pieces of equal size, none much larger than STRETCH_TOKENS or longer than is usual for a topic, in seconds."""
    ends = list(accumulate(counter.count(line.prompt_text) + 1 for line in lines))
    seconds = max(line.end for line in lines) - lines[0].start
    count = max(math.ceil(ends[-1] / STRETCH_TOKENS), round(seconds / usual), 1)
    size = ends[-1] / count
    cuts = [find_pause(lines, ends, size * n, size * (n - NEARBY), size * (n + NEARBY)) for n in range(1, count)]
    return [list(lines[start:after]) for start, after in pairwise(sorted({0, *cuts, len(lines)}))]


def worth_reading(lines: Sequence[TranscriptLine], language: str) -> list[TranscriptLine]:
    """The lines that say something: without "Yeah." and "Good morning.", which would only take tokens.

    All of them, if none do.
    """
    cues = cues_for(language)
    empty = EMPTY_WORDS | (cues.stop_words if cues else frozenset())

    def says_something(line: TranscriptLine) -> bool:
        words = normalize(line.text).split()
        if cues and len(words) <= COURTESY_WORDS and cues.courtesy.search(line.text):
            return False
        return "?" in line.text or not empty.issuperset(words)

    return [one for one in lines if says_something(one)] or list(lines)


def count_points(lines: Sequence[TranscriptLine]) -> tuple[int, int]:
    """How few and how many points an answer about these lines should have."""
    words = sum(len(one.text.split()) for one in lines)
    least = max(1, min(MOST_NEEDED, words // WORDS_A_POINT))
    return least, least + SPARE_POINTS
