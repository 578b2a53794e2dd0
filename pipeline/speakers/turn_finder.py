"""Finds the turn to which a word belongs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from pipeline.recap import SpeakerTurn, Word

#: A word outside all turns is assigned to the nearest turn within this many seconds.
NEAREST_SECONDS = 1.0


class TurnFinder:
    """Looks words up in turns that do not overlap, by bisection."""

    def __init__(self, turns: Sequence[SpeakerTurn]) -> None:
        self.turns = sorted(turns, key=lambda turn: (turn.start, turn.end))
        self.starts = [turn.start for turn in self.turns]

    def label(self, word: Word) -> Word:
        """The word with its speaker: that of the turn it overlaps most, else of the nearest within a second, else
        none."""
        return replace(word, speaker=self._speaker_of(word))

    def _speaker_of(self, word: Word) -> str | None:
        # turns do not overlap, so only those from the last one that begins before the word can touch it
        first = max(0, bisect_right(self.starts, word.start) - 1)
        last = bisect_right(self.starts, word.end)
        near = self.turns[first : last + 1]
        if not near:
            return None
        best = max(near, key=lambda turn: min(word.end, turn.end) - max(word.start, turn.start))
        # negative overlap is the distance
        overlap = min(word.end, best.end) - max(word.start, best.start)
        return best.speaker if overlap > -NEAREST_SECONDS else None
