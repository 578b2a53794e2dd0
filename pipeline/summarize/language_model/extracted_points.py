"""The supported points of one part of a recording, and how those of several parts are combined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.recap import Proof, Segment
from pipeline.summarize.cues import cues_for
from pipeline.summarize.language_model.evidence import NEGATIONS
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.normalization import normalize

MIN_OVERVIEW, MAX_OVERVIEW = 3, 6
MIN_TOLD = 2
"""Points that a topic tells, where there are as many."""


@dataclass(slots=True)
class ExtractedPoints:
    """The points of one part, or of all; `read` are the segments of its lines.

    `overview` are the facts of a part, from which the overview of the whole is written.
    """

    title: str = ""
    overview: list[GroundedPoint] = field(default_factory=list)
    topics: list[GroundedPoint] = field(default_factory=list)
    decisions: list[GroundedPoint] = field(default_factory=list)
    action_items: list[GroundedPoint] = field(default_factory=list)
    questions: list[GroundedPoint] = field(default_factory=list)
    quotes: list[GroundedPoint] = field(default_factory=list)
    read: tuple[Segment, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.overview or self.topics or self.decisions or self.action_items or self.questions)

    @property
    def told(self) -> list[GroundedPoint]:
        """What there is to sum up, in order of time: facts and decisions; if there are none, tasks."""
        found = [*self.overview, *self.decisions] or self.action_items or self.questions
        return sorted(found, key=lambda one: one.start)


def combine(parts: Sequence[ExtractedPoints], language: str) -> ExtractedPoints:
    """Combine parts without the model: every point, some sentences of the overviews, the first title."""
    return ExtractedPoints(
        title=next((one.title for one in parts if one.title), ""),
        overview=sample_evenly([one for part in parts for one in part.overview], MAX_OVERVIEW),
        topics=[one for part in parts for one in part.topics],
        decisions=remove_duplicates((one for part in parts for one in part.decisions), language),
        action_items=remove_duplicates((one for part in parts for one in part.action_items), language),
        questions=remove_duplicates((one for part in parts for one in part.questions), language),
        read=tuple(one for part in parts for one in part.read),
    )


def as_topic_of(part: ExtractedPoints, best: Sequence[GroundedPoint] = ()) -> list[GroundedPoint]:
    """What a part is about as one topic, which cites the points that it was made from; none if it is empty.

    Where the model told little of it, `best` fills it up: quotes of any part of the recording.
    """
    read = {one.id for one in part.read}
    quotes = [one for one in best if read.issuperset(one.segment_ids)]
    told = fill(part.overview or part.told, quotes, MIN_TOLD)
    if not told:
        return []
    segments = {each.id: each for one in told for each in one.segments}
    proof: Proof = "anchored" if any(one.proof == "anchored" for one in told) else "lines"
    text = " ".join(one.text for one in told)
    ordered = tuple(sorted(segments.values(), key=lambda one: one.start))
    return [GroundedPoint(text, ordered, proof, title=part.title or told[0].text)]


def remove_duplicates(points: Iterable[GroundedPoint], language: str) -> list[GroundedPoint]:
    """The points in order of time, those that differ in stop words only merged into one.

    The first one stays, with the lines of both as its evidence. Tasks with different owners or due dates differ.
    """
    cues = cues_for(language)
    ignored = cues.stop_words - NEGATIONS if cues else frozenset[str]()
    kept: dict[tuple[object, ...], GroundedPoint] = {}
    for one in sorted(points, key=lambda each: each.start):
        words = normalize(one.text).split()
        key = (tuple(word for word in words if word not in ignored) or tuple(words), one.owner, one.due)
        kept[key] = _merge_evidence(kept[key], one) if key in kept else one
    return list(kept.values())


def _merge_evidence(first: GroundedPoint, again: GroundedPoint) -> GroundedPoint:
    evidence = {one.id: one for one in (*first.segments, *again.segments)}
    return replace(first, segments=tuple(evidence.values()))


def fill(points: Sequence[GroundedPoint], quotes: Sequence[GroundedPoint], least: int) -> list[GroundedPoint]:
    """The points in order of time, filled up to `least` with quotes of lines that none of them cites."""
    filled = list(points)
    for quote in quotes:
        cited = {each.id for one in filled for each in one.segments}
        if len(filled) < least and cited.isdisjoint(quote.segment_ids):
            filled.append(quote)
    return sorted(filled, key=lambda one: one.start)


def sample_evenly(points: Sequence[GroundedPoint], count: int) -> list[GroundedPoint]:
    """At most `count` of the points, evenly spaced."""
    if len(points) <= count:
        return list(points)
    return [points[index * len(points) // count] for index in range(count)]
