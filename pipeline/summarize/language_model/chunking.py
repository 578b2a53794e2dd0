"""Splits the lines of a transcript into chunks that fit into the context window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.language_model.transcript_lines import TranscriptLine, find_cut, split_line

SHORTEST_HALF = 100
"""Characters; a line is not split into smaller parts."""
NEARBY = 0.25
"""How far from its ideal place a cut may be, as a share of the chunk."""
TURN_SECONDS = 2.0
"""A change of speaker counts as this much additional silence."""


def take_chunk(
    lines: Sequence[TranscriptLine], budget: int, counter: TokenCounter
) -> tuple[list[TranscriptLine], list[TranscriptLine]]:
    """The first chunk of at most `budget` tokens, and the rest. A single line above the budget is its own chunk.

    Chunks should be of equal size. Within a quarter of that size, the cut is at the longest silence or a change of
    speaker, unless that would need one more chunk.
    """
    ends = list(accumulate(counter.count(line.prompt_text) + 1 for line in lines))
    total = ends[-1]
    if total <= budget or len(lines) == 1:
        return list(lines), []
    count = math.ceil(total / budget)
    wanted = total / count
    least, most = max(wanted * (1 - NEARBY), total - (count - 1) * budget), min(wanted * (1 + NEARBY), budget)
    at = find_pause(lines, ends, wanted, least, most)
    return list(lines[:at]), list(lines[at:])


def halve(lines: Sequence[TranscriptLine]) -> list[list[TranscriptLine]]:
    """Two chunks of similar size; a single line is split in two. Empty if the line is too short."""
    if len(lines) > 1:
        ends = list(accumulate(len(line.text) for line in lines))
        middle = ends[-1] / 2
        at = find_pause(lines, ends, middle, middle * (1 - NEARBY), middle * (1 + NEARBY))
        return [list(lines[:at]), list(lines[at:])]
    line = lines[0]
    if len(line.text) < 2 * SHORTEST_HALF:
        return []
    cut = find_cut(line.text, len(line.text) // 3, len(line.text) // 2 + 1)
    return [[one] for one in split_line(line, [(0, cut), (cut, len(line.text))])]


def find_pause(lines: Sequence[TranscriptLine], ends: Sequence[int], wanted: float, least: float, most: float) -> int:
    """The number of lines before the best cut; `ends` is the total size up to each line.

    If no line ends between `least` and `most`, this is the last place before `most`, or after the first line.
    """
    places = [at for at in range(1, len(lines)) if least <= ends[at - 1] <= most]
    if not places:
        return max(1, sum(1 for end in ends[:-1] if end <= most))
    return max(places, key=lambda at: (_pause_before(lines, at), -abs(ends[at - 1] - wanted)))


def _pause_before(lines: Sequence[TranscriptLine], at: int) -> float:
    """How good a cut before a line is, in seconds of silence; negative within a segment."""
    before, after = lines[at - 1], lines[at]
    if before.id == after.id:
        return -1.0
    return max(0.0, after.start - before.end) + (TURN_SECONDS if before.speaker != after.speaker else 0.0)
