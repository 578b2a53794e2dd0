"""Counts what a list of doubts finds of the errors of a transcript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.speech_score import text_of
from pipeline.doubts.doubt import AROUND_SECONDS, VOICE_SECONDS, Doubt
from pipeline.evaluate import normalize, pair_speakers
from pipeline.reading.words import locate_words
from pipeline.recap import Transcript

KINDS = ("wrong", "left out", "speaker")
"""Words heard that were not said so, words said that were not heard, and words of a wrong speaker."""
Error = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A recognized word in normal form."""

    text: str
    start: float
    end: float
    speaker: str | None

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is heard for one doubt: its words (as many as are usual where none are recognized), seconds and errors."""

    rank: float
    words: frozenset[tuple[str, int]]
    unheard_words: float
    seconds: float
    found: frozenset[Error]


@dataclass(slots=True)
class Review:
    """The errors of recordings and the stretches to listen to; reviews can be added."""

    words: int = 0
    duration: float = 0.0
    errors: set[Error] = field(default_factory=set)
    stretches: list[Stretch] = field(default_factory=list)

    def add(self, other: Review) -> None:
        """Add the review of other recordings."""
        self.words += other.words
        self.duration += other.duration
        self.errors |= other.errors
        self.stretches += other.stretches

    def count_listed(self) -> float:
        """The words that one would listen to in all, each once."""
        words: set[tuple[str, int]] = set().union(*(one.words for one in self.stretches))
        return len(words) + sum(one.unheard_words for one in self.stretches)

    def hear(self, share: float) -> tuple[set[Error], float]:
        """The errors found, and the seconds it takes, if one listens from the top to this share of all words."""
        heard: set[tuple[str, int]] = set()
        found: set[Error] = set()
        unheard, seconds = 0.0, 0.0
        for stretch in sorted(self.stretches, key=lambda one: -one.rank):
            if len(heard | stretch.words) + unheard + stretch.unheard_words > share * self.words:
                break
            heard |= stretch.words
            unheard += stretch.unheard_words
            seconds += stretch.seconds
            found |= stretch.found
        return found, seconds


def review(name: str, transcript: Transcript, truth: Mapping[str, Any], doubts: Sequence[Doubt]) -> Review:
    """Score the doubts about a recording with this name."""
    heard = list_words(transcript)
    wrong, left_out, said_by = align(heard, truth)
    told_apart = bool(transcript.speakers) and len(truth.get("speakers", ())) > 1
    pairs = pair_speakers(transcript, truth["turns"]) if told_apart else {}
    misheard = {at for at, who in said_by.items() if told_apart and pairs.get(heard[at].speaker or "unknown") != who}
    pace = len(heard) / max(1.0, transcript.duration_seconds)
    stretches = []
    for doubt in doubts:
        meant = {at for at, one in enumerate(heard) if doubt.start <= one.middle <= doubt.end}
        inside = {at for at in meant if doubt.kind != "speaker" or heard[at].middle <= doubt.start + VOICE_SECONDS}
        found = _name("wrong", name, inside & wrong)
        found |= _name("left out", name, (at for at, place in left_out if _is_heard(place, heard, inside, doubt)))
        if doubt.kind == "speaker":
            found |= _name("speaker", name, meant & misheard)
        unheard = pace * (doubt.end - doubt.start) if doubt.kind == "missing" and not inside else 0.0
        words = frozenset((name, at) for at in inside)
        stretches.append(Stretch(doubt.rank, words, unheard, doubt.listen_seconds, frozenset(found)))
    errors = _name("wrong", name, wrong) | _name("left out", name, (at for at, _ in left_out))
    return Review(len(heard), transcript.duration_seconds, errors | _name("speaker", name, misheard), stretches)


def _name(kind: str, recording: str, numbers: Iterable[int]) -> set[Error]:
    return {(kind, recording, number) for number in numbers}


def list_words(transcript: Transcript) -> list[HeardWord]:
    """The recognized words as `evaluate` compares them."""
    return [
        HeardWord(text, located.word.start, located.word.end, segment.speaker)
        for segment in transcript.segments
        for located in locate_words(segment)
        for text in normalize(located.word.text).split()
    ]


def align(
    heard: Sequence[HeardWord], truth: Mapping[str, Any]
) -> tuple[set[int], list[tuple[int, int]], dict[int, str]]:
    """Which words heard are wrong, which of those said were left out (each with the number of the word heard after
    it), and who in the truth said each word heard."""
    from rapidfuzz.distance import Levenshtein

    said, speakers = _list_said(truth)
    wrong: set[int] = set()
    left_out: list[tuple[int, int]] = []
    said_by: dict[int, str] = {}
    for step in Levenshtein.opcodes(said, [one.text for one in heard]):
        if step.tag == "delete":
            left_out += [(at, step.dest_start) for at in range(step.src_start, step.src_end)]
            continue
        if step.tag != "equal":
            wrong |= set(range(step.dest_start, step.dest_end))
        if step.tag != "insert" and speakers:
            pairs = zip(range(step.dest_start, step.dest_end), speakers[step.src_start : step.src_end], strict=True)
            said_by.update(pairs)
    return wrong, left_out, said_by


def _list_said(truth: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The words said and, where the truth tells it, who said each."""
    turns = sorted(truth["turns"], key=lambda turn: turn["start"])
    words = [(word, turn["speaker"]) for turn in turns for word in normalize(turn.get("text", "")).split()]
    if not words:
        return normalize(text_of(truth)).split(), []
    return [word for word, _ in words], [speaker for _, speaker in words]


def _is_heard(place: int, heard: Sequence[HeardWord], inside: Iterable[int], doubt: Doubt) -> bool:
    """Whether what was left out before the word at `place` is heard: beside a word of the stretch, or within it."""
    if {place - 1, place} & set(inside):
        return True
    since = heard[place - 1].end if place > 0 else 0.0
    until = heard[place].start if place < len(heard) else doubt.end
    return doubt.kind == "missing" and since - AROUND_SECONDS < doubt.end and doubt.start < until + AROUND_SECONDS
