"""Decides by its voice who says a sentence, where that contradicts the turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from pipeline.recap import SpeakerTurn, Word
from pipeline.speakers.limits import is_short, learn_limits
from pipeline.speakers.sentences import Part, cut_parts, cut_sentences
from pipeline.speakers.voices import Voices

HALF = 0.5  # of the usual distance between two speakers must be passed
MOSTLY = 0.5  # what is overlapped for more than this share is left alone


@dataclass(frozen=True, slots=True)
class Settled:
    """A word with its speaker, what told the speaker (`turn` or `voice`), and how surely (0..1; None: not compared)."""

    word: Word
    source: str
    confidence: float | None


class VoiceJudge:
    """Judges stretches by their measured similarities, with limits learned from all sentences of the recording.

    `sentences` have the speakers of their turns; `turns` may overlap.
    """

    def __init__(self, voices: Voices, sentences: Iterable[Sequence[Word]], turns: Sequence[SpeakerTurn]) -> None:
        self.speakers = voices.speakers
        self.similarities = {(one.start, one.end): np.array(one.similarities) for one in voices.sentences}
        self.limits = learn_limits(self.speakers, self.similarities, sentences)
        self.overlaps = _find_overlaps(turns)

    def settle(self, sentence: Sequence[Word]) -> list[Settled]:
        """The words of a sentence with their speakers. A change of speaker inside stays where both voices are clear."""
        parts = cut_parts(sentence)
        clear = {self._voice_of(part, set(self.speakers)) for part in parts} - {None}
        if len(clear) > 1:
            return [settled for part in parts for settled in self._settle(part, [part])]
        return self._settle(Part(tuple(sentence), None), parts)

    def _settle(self, stretch: Part, parts: Sequence[Part]) -> list[Settled]:
        voice = self._voice_of(stretch, {part.speaker for part in parts})
        settled = []
        for part in parts:
            moved = voice not in (None, part.speaker) and not self.is_overlapped(part)
            speaker = voice if moved else part.speaker
            confidence = self._confidence(stretch, speaker)
            source = "voice" if moved else "turn"
            settled += [Settled(replace(word, speaker=speaker), source, confidence) for word in part.words]
        return settled

    def _voice_of(self, stretch: Part, rivals: Set[str | None]) -> str | None:
        """The speaker whose voice this surely is, rather than that of any rival (None: whoever comes next)."""
        found = self.similarities.get(stretch.span)
        if found is None or self.limits is None or not self.limits.trusted[is_short(stretch)]:
            return None
        best, second = (int(one) for one in np.argsort(found)[:-3:-1])
        if found[best] < self.limits.floor:
            return None
        for speaker in rivals - {self.speakers[best]}:
            rival = self.speakers.index(speaker) if speaker in self.speakers else second
            if found[best] - found[rival] < HALF * self.limits.distances[best, rival]:
                return None
        return self.speakers[best]

    def _confidence(self, stretch: Part, speaker: str | None) -> float | None:
        found = self.similarities.get(stretch.span)
        if found is None or self.limits is None or speaker not in self.speakers:
            return None
        weights = np.exp((found - found.max()) / self.limits.spread)
        return round(float(weights[self.speakers.index(speaker)] / weights.sum()), 3)

    def is_overlapped(self, part: Part) -> bool:
        """Whether another speaks during most of it."""
        start, end = part.span
        both = sum(max(0.0, min(end, until) - max(start, since)) for since, until in self.overlaps)
        return both > MOSTLY * (end - start)


def settle_words(words: Sequence[Word], judge: VoiceJudge) -> list[Settled]:
    """The words of a window, labelled by their turns, with the speakers that turns and voices tell together."""
    return [settled for sentence in cut_sentences(words) for settled in judge.settle(sentence)]


def _find_overlaps(turns: Sequence[SpeakerTurn]) -> list[tuple[float, float]]:
    """Where at least two speak at once."""
    overlaps = []
    until = float("-inf")
    for turn in sorted(turns, key=lambda turn: turn.start):
        if turn.start < until:
            overlaps.append((turn.start, min(until, turn.end)))
        until = max(until, turn.end)
    return overlaps
