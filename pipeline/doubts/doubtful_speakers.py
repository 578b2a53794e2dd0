"""Finds sentences and words that may be somebody else's: by the voice, or because two people speak at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.doubts.citations import UNCITED
from pipeline.doubts.doubt import VOICE_SECONDS, Doubt
from pipeline.reading.words import LocatedWord, locate_words
from pipeline.recap import Segment, SpeakerTurn, Transcript

LEAST_DOUBT = 0.25
OVERLAP_DOUBT = 0.4
"""Of words that stand in the turn of another person too, as at the borders of turns."""
UNKNOWN_DOUBT = 0.5
SPEAKER_WEIGHT = 1.5
"""What a wrong speaker weighs: somebody is said to have said it."""


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """Words of a segment that may be somebody else's."""

    segment: Segment
    words: tuple[LocatedWord, ...]
    doubt: float
    reason: str


class _Turns:
    """The turns of a recording, in which those at some time are found at once."""

    def __init__(self, turns: Iterable[SpeakerTurn]) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._starts = [turn.start for turn in self._turns]
        self._longest = max((turn.end - turn.start for turn in self._turns), default=0.0)

    def find_other(self, start: float, end: float, speaker: str) -> str | None:
        """Who else is heard between two times, the one who is heard longest; None if nobody is."""
        seconds: dict[str, float] = {}
        first = bisect_left(self._starts, start - self._longest)
        for turn in self._turns[first : bisect_left(self._starts, end)]:
            if turn.end > start and turn.speaker != speaker:
                both = min(turn.end, end) - max(turn.start, start)
                seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + both
        return max(seconds, key=lambda other: (seconds[other], other), default=None)


def find_doubtful_speakers(transcript: Transcript, cited: Mapping[str, float]) -> Iterator[Doubt]:
    """The doubts about who speaks, nothing where nobody was told apart; `cited` is what hangs on segments, by ID."""
    turns = _Turns(transcript.turns)
    for segment in transcript.segments if transcript.speakers else ():
        for suspicion in _suspect(segment, transcript, turns):
            yield _make_doubt(suspicion, cited.get(segment.id, UNCITED))


def _suspect(segment: Segment, transcript: Transcript, turns: _Turns) -> Iterator[_Suspicion]:
    """The whole segment if its voice is not surely this speaker's, else the words at which another one is heard."""
    words = tuple(locate_words(segment))
    if not words:
        return
    if segment.speaker is None:
        yield _Suspicion(segment, words, UNKNOWN_DOUBT, "nobody was recognised by the voice")
        return
    confidence = segment.speaker_confidence
    if confidence is not None and 1.0 - confidence >= LEAST_DOUBT:
        yield _Suspicion(segment, words, 1.0 - confidence, _compare_voices(segment, transcript, turns))
        return
    for other, together in groupby(words, lambda each: _find_other(each, segment.speaker or "", turns)):
        if name := transcript.name_of(other):
            yield _Suspicion(segment, tuple(together), OVERLAP_DOUBT, f"{name} speaks at the same time")


def _find_other(located: LocatedWord, speaker: str, turns: _Turns) -> str | None:
    middle = (located.word.start + located.word.end) / 2
    return turns.find_other(middle, middle, speaker)


def _compare_voices(segment: Segment, transcript: Transcript, turns: _Turns) -> str:
    """Whose voice it is rather: the other one's of two, or of more that one's who is heard meanwhile."""
    if segment.speaker_confidence is not None and segment.speaker_confidence > 1 / 2:
        return f"the voice is only a little nearer to {transcript.name_of(segment.speaker)}'s than to others"
    others = [one.id for one in transcript.speakers if one.id != segment.speaker]
    rival = turns.find_other(segment.start, segment.end, segment.speaker or "")
    nearer = transcript.name_of(others[0] if len(others) == 1 else rival)
    return f"the voice is nearer to {nearer}'s" if nearer else "the voice is nearer to somebody else's"


def _make_doubt(suspicion: _Suspicion, cited: float) -> Doubt:
    weight = SPEAKER_WEIGHT * cited
    doubt = Doubt.about_words("speaker", suspicion.segment, suspicion.words, suspicion.doubt, weight, suspicion.reason)
    return replace(doubt, listen_seconds=min(VOICE_SECONDS, doubt.listen_seconds))
