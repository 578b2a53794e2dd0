"""The topics of a meeting: where it changes its subject, what they are called, and what was said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.summarize.extractive.cue_matching import TopicChange
from pipeline.summarize.extractive.phrases import PhraseBook
from pipeline.summarize.extractive.ranking import SentenceRanking
from pipeline.summarize.extractive.tiling import LEAST_TOPIC, find_borders

TEXT_SENTENCES = 3
EDGE_FACTOR = 0.5
"""What a sentence at the border of a topic is worth, beside one in its middle."""


@dataclass(frozen=True, slots=True)
class TopicStretch:
    """A topic: its sentences `first` to `after`, not included, and those that say most, in order of time."""

    title: str
    first: int
    after: int
    best: tuple[int, ...]


def find_topics(ranking: SentenceRanking, duration: float, changes: Sequence[TopicChange]) -> list[TopicStretch]:
    """The topics in order of time; announced changes begin one, and name it."""
    sentences = ranking.sentences
    at = {id(one): index for index, one in enumerate(sentences)}
    announced = {at[id(one.sentence)]: one.title for one in changes}
    starts = [one.start for one in sentences]
    borders = find_borders(ranking.weights, starts, duration, list(announced))
    if len(borders) > 1 and borders[1] in announced and starts[borders[1]] < LEAST_TOPIC:
        borders = borders[1:]  # what is said before the first topic is a greeting
    spans = list(pairwise([*borders, len(sentences)]))
    texts = [[one.text for one in sentences[first:after]] for first, after in spans]
    book = PhraseBook(texts, ranking.word_weights, ranking.speech)
    found = []
    for number, (first, after) in enumerate(spans):
        best = ranking.choose(TEXT_SENTENCES, range(first, after), factors=_nearness(starts, first, after))
        if best:
            title = announced.get(first) or book.title(number)
            found.append(TopicStretch(title, first, after, tuple(best)))
    return found


def name_meeting(ranking: SentenceRanking) -> str:
    """What the whole meeting is about, in a phrase or two; "" if there is none."""
    return PhraseBook([[one.text for one in ranking.sentences]], ranking.word_weights, ranking.speech).title(0)


def _nearness(starts: Sequence[float], first: int, after: int) -> dict[int, float]:
    """For each sentence of a topic, 1 in the middle of it and `EDGE_FACTOR` at its borders."""
    begin, end = starts[first], starts[after - 1]
    half = max(1e-6, (end - begin) / 2)
    return {one: 1 - (1 - EDGE_FACTOR) * abs(starts[one] - begin - half) / half for one in range(first, after)}
