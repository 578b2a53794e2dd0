"""The supported points of one part of a recording, and how those of several parts are combined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from pipeline.summarize.cues import cues_for
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.spoken_content import SpokenContent

MAX_OVERVIEW = 6
MAX_QUOTES = 6
NEGATIONS = frozenset("no not nor never nicht nie kein niet nooit geen non ne pas jamais nunca ni sin".split())
"""The stop words that reverse the meaning of a sentence."""

NOTHING_SAID = SpokenContent(frozenset(), frozenset())


@dataclass(slots=True)
class ExtractedPoints:
    """The points of one part, or of all; `read` are the short ids of its lines, `spoken` what was said there."""

    title: str = ""
    overview: list[GroundedPoint] = field(default_factory=list)
    topics: list[GroundedPoint] = field(default_factory=list)
    decisions: list[GroundedPoint] = field(default_factory=list)
    action_items: list[GroundedPoint] = field(default_factory=list)
    questions: list[GroundedPoint] = field(default_factory=list)
    quotes: list[GroundedPoint] = field(default_factory=list)
    read: frozenset[str] = frozenset()
    spoken: SpokenContent = NOTHING_SAID

    @property
    def is_empty(self) -> bool:
        return not (self.overview or self.topics or self.decisions or self.action_items or self.questions)

    def with_outline(self, outline: Self) -> Self:
        """The same points with another title, overview and list of topics."""
        return replace(self, title=outline.title, overview=outline.overview, topics=outline.topics)


def combine(parts: Sequence[ExtractedPoints], language: str) -> ExtractedPoints:
    """Combine parts without the model: every point, some sentences of the overviews, the first title."""
    return ExtractedPoints(
        title=next((one.title for one in parts if one.title), ""),
        overview=sample_evenly([one for part in parts for one in part.overview], MAX_OVERVIEW),
        topics=remove_duplicates((one for part in parts for one in part.topics), language),
        decisions=remove_duplicates((one for part in parts for one in part.decisions), language),
        action_items=remove_duplicates((one for part in parts for one in part.action_items), language),
        questions=remove_duplicates((one for part in parts for one in part.questions), language),
        quotes=sample_evenly(remove_duplicates((one for part in parts for one in part.quotes), language), MAX_QUOTES),
        read=frozenset().union(*(part.read for part in parts)),
        spoken=SpokenContent.union(part.spoken for part in parts),
    )


def remove_duplicates(points: Iterable[GroundedPoint], language: str) -> list[GroundedPoint]:
    """The points in order of time, those that differ in stop words only merged into one.

    The first one stays, with the lines of both as its evidence. Tasks with different owners or due dates differ.
    """
    cues = cues_for(language)
    ignored = cues.stop_words - NEGATIONS if cues else frozenset[str]()
    kept: dict[tuple[object, ...], GroundedPoint] = {}
    for one in sorted(points, key=lambda each: each.start):
        words = normalize(one.title or one.text).split()
        key = (tuple(word for word in words if word not in ignored) or tuple(words), one.owner, one.due)
        kept[key] = _merge_evidence(kept[key], one) if key in kept else one
    return list(kept.values())


def _merge_evidence(first: GroundedPoint, again: GroundedPoint) -> GroundedPoint:
    evidence = dict(zip((*first.ids, *again.ids), (*first.segments, *again.segments), strict=True))
    return replace(first, ids=tuple(evidence), segments=tuple(evidence.values()))


def sample_evenly(points: Sequence[GroundedPoint], count: int) -> list[GroundedPoint]:
    """At most `count` of the points, evenly spaced."""
    if len(points) <= count:
        return list(points)
    return [points[index * len(points) // count] for index in range(count)]
