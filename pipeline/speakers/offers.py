"""Finds speakers that seem to be one person, and speakers that seem to be two.

How far two voices are apart is measured in standard deviations of their own sentences (d', as in signal detection), so
that the limits hold for any embedding model. On the sample meetings and on real voices, halves of one person are under
1.2 apart, two people at least 3.2; one person's sentences in two groups of the most alike at most 5.0, two people's at
least 5.1. Nothing is changed here: the people who listen decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline.recap import SpeakerTurn, VoiceOffer, Word
from pipeline.speakers.decide import VoiceJudge
from pipeline.speakers.sentences import cut_parts
from pipeline.speakers.two_groups import split_in_two
from pipeline.speakers.voices import Voices

LEAST_SECONDS = 1.0  # shorter sentences say too little
FEWEST_SENTENCES = 4  # of each voice,
SPOKEN_SECONDS = 8.0  # and so much speech of each
MERGE_BELOW = 1.5  # standard deviations between two speakers
PART_FROM = 5.5  # standard deviations between the voices of one

Vector = NDArray[np.float32]
Span = tuple[float, float]


@dataclass(frozen=True)
class _Group:
    """Sentences of one voice: their spans (seconds) and embeddings."""

    spans: Sequence[Span]
    voices: Vector

    def take(self, chosen: NDArray[np.bool_]) -> _Group:
        """Some of them."""
        return _Group([span for span, one in zip(self.spans, chosen, strict=True) if one], self.voices[chosen])

    @property
    def long_enough(self) -> _Group:
        """Those that are long enough to be judged."""
        return self.take(np.array([end - start >= LEAST_SECONDS for start, end in self.spans], dtype=bool))

    @property
    def is_enough(self) -> bool:
        """Whether there is enough speech to judge this voice."""
        return len(self.spans) >= FEWEST_SENTENCES and sum(end - start for start, end in self.spans) >= SPOKEN_SECONDS

    @property
    def example(self) -> Span:
        """A sentence to listen to: of those that sound most like all of them, the longest."""
        order = np.argsort(-(self.voices @ self.voices.sum(axis=0)), kind="stable")
        typical = [self.spans[int(number)] for number in order[: max(1, len(order) // 2)]]
        return max(typical, key=lambda span: span[1] - span[0])


def find_offers(
    voices: Voices,
    sentences: Sequence[Sequence[Word]],
    turns: Sequence[SpeakerTurn],
    embeddings: Mapping[Span, Vector],
) -> tuple[VoiceOffer, ...]:
    """The offers to merge or part speakers, first those to merge; they name speakers by the labels of the turns.

    `sentences` have the speakers of their turns; `turns` may overlap. `embeddings` has the voice of each sentence, or
    of its parts where turns change inside, by its span in seconds: vectors of length 1, all of one dimension. A
    sentence without one is left out.

    Two speakers are compared as their turns have them: sentences that change hands by their voice would be alike by
    choice. A speaker is parted without the sentences that are another's anyway, and never into a voice that is another
    speaker's already. Where most pairs cannot be told apart, voices tell nothing in this recording, and none is merged.
    """
    judge = VoiceJudge(voices, sentences, turns)
    by_turn = _group(sentences, judge, embeddings)
    by_voice = _group(_settle(sentences, judge), judge, embeddings)
    return (*_find_merges(by_turn), *_find_parts(by_voice))


def _settle(sentences: Iterable[Sequence[Word]], judge: VoiceJudge) -> Iterable[Sequence[Word]]:
    for sentence in sentences:
        yield [settled.word for settled in judge.settle(sentence)]


def _group(
    sentences: Iterable[Sequence[Word]], judge: VoiceJudge, embeddings: Mapping[Span, Vector]
) -> dict[str, _Group]:
    """The sentences of each speaker, or their parts; what is overlapped by others is left out."""
    spans: dict[str, list[Span]] = {}
    for sentence in sentences:
        for part in cut_parts(sentence):
            if part.speaker is not None and part.span in embeddings and not judge.is_overlapped(part):
                spans.setdefault(part.speaker, []).append(part.span)
    return {
        speaker: _Group(found, np.stack([embeddings[span] for span in found]))
        for speaker, found in sorted(spans.items())
    }


def _find_merges(groups: Mapping[str, _Group]) -> list[VoiceOffer]:
    """A speaker with two voices is like anybody who has one of them, and so is merged with nobody."""
    known = {speaker: group for speaker, each in groups.items() if (group := each.long_enough).is_enough}
    whole = [speaker for speaker, group in known.items() if _find_two_voices(group) is None]
    pairs = list(combinations(known, 2))
    offers = []
    for pair in combinations(whole, 2):
        one, other = (known[speaker] for speaker in pair)
        apart = _measure_typical(one.voices, other.voices)
        if apart < MERGE_BELOW:
            sure = 1 - max(0.0, apart) / MERGE_BELOW / 2
            offers.append(VoiceOffer("merge", pair, round(sure, 3), (one.example, other.example)))
    return offers if len(offers) == 1 or len(offers) <= len(pairs) / 2 else []


def _find_parts(groups: Mapping[str, _Group]) -> Iterable[VoiceOffer]:
    for speaker, whole in groups.items():
        found = _find_two_voices(whole.long_enough)
        if found is None or any(_is_known(one, speaker, groups) for one in found):
            continue
        one, other = found
        closer_to_other = whole.voices @ other.voices.mean(axis=0) > whole.voices @ one.voices.mean(axis=0)
        sure = min(1.0, _measure(one.voices, other.voices) / PART_FROM / 2)
        spans = tuple(whole.take(closer_to_other).spans)
        yield VoiceOffer("part", (speaker,), round(sure, 3), (one.example, other.example), spans)


def _find_two_voices(group: _Group) -> tuple[_Group, _Group] | None:
    """The two voices in the sentences of a speaker, None where there is only one or too little of another."""
    if len(group.spans) < 2 * FEWEST_SENTENCES:
        return None
    second = split_in_two(group.voices)
    one, other = group.take(~second), group.take(second)
    if not (one.is_enough and other.is_enough) or _measure(one.voices, other.voices) < PART_FROM:
        return None
    return one, other


def _is_known(voice: _Group, speaker: str, groups: Mapping[str, _Group]) -> bool:
    """Whether a voice of this speaker is another speaker's."""
    others = (group.long_enough for name, group in groups.items() if name != speaker)
    return any(_measure_typical(voice.voices, group.voices) < MERGE_BELOW for group in others if len(group.spans) > 1)


def _measure(one: Vector, other: Vector) -> float:
    """How far two groups are apart, in standard deviations."""
    a, b = _prefer_own(one, other), _prefer_own(other, one)
    variance = (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / (len(a) + len(b) - 2)
    return float((a.mean() + b.mean()) / max(1e-6, np.sqrt(variance)))


def _measure_typical(one: Vector, other: Vector) -> float:
    """The same by medians: some sentences of a turn may be another's."""
    a, b = _prefer_own(one, other), _prefer_own(other, one)
    deviations = np.abs(np.concatenate([a - np.median(a), b - np.median(b)]))
    return float((np.median(a) + np.median(b)) / max(1e-6, 1.4826 * np.median(deviations)))


def _prefer_own(own: Vector, other: Vector) -> NDArray[np.float64]:
    """How much more similar each voice is to the rest of its own group than to the other group (cosines)."""
    rest = _to_length_one(own.sum(axis=0) - own)
    return np.asarray((own * rest).sum(axis=1) - own @ _to_length_one(other.sum(axis=0)), dtype=np.float64)


def _to_length_one(vectors: Vector) -> Vector:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
