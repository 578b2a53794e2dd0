"""Points that cues find in what was said, without the model; each quotes its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.recap import ActionItem, Point, Summary, Transcript
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer
from pipeline.summarize.language_model.evidence import Evidence
from pipeline.summarize.language_model.grounded_points import GroundedPoint

LONG_SEGMENT_WORDS = 25
"""In a longer segment several things are said: sharing it alone does not make two points one."""
SAME_SHARE = 0.4
"""Of the content words of the shorter text: from here on two points in one long segment are the same."""


@dataclass(frozen=True, slots=True)
class CuePoints:
    """Decisions, tasks and questions found by cues, quotes, and an overview of quotes, in order of time.

    `best` are the sentences that are worth most in any part of the recording.
    `topic_starts` are the seconds at which topics begin.
    """

    decisions: list[GroundedPoint]
    tasks: list[GroundedPoint]
    questions: list[GroundedPoint]
    quotes: list[GroundedPoint]
    overview: list[GroundedPoint]
    best: list[GroundedPoint]
    topic_starts: tuple[float, ...] = ()


def find_cue_points(transcript: Transcript) -> CuePoints:
    """Find them. Empty in a language without cues, except for the quotes."""
    summary: Summary = ExtractiveSummarizer().summarize(transcript, SummaryOptions(), lambda _: None).summary
    by_id = {one.id: one for one in transcript.segments}

    def grounded(point: Point) -> GroundedPoint:
        segments = tuple(sorted((by_id[one] for one in point.segments), key=lambda one: one.start))
        if not isinstance(point, ActionItem):
            return GroundedPoint(point.text, segments, "rule")
        return GroundedPoint(
            point.text, segments, "rule", owner=point.owner, due=point.due, owner_by="rule", due_by="rule"
        )

    def all_of(points: Iterable[Point]) -> list[GroundedPoint]:
        return [grounded(one) for one in points]

    return CuePoints(
        all_of(summary.decisions),
        all_of(summary.action_items),
        all_of(summary.questions),
        [replace(one, proof="quote") for one in all_of(summary.quotes)],
        [replace(one, proof="quote") for one in all_of(summary.overview)],
        [replace(one, proof="quote") for one in all_of((*summary.topics, *summary.overview, *summary.quotes))],
        tuple(one.start for one in summary.topics),
    )


def is_same(one: GroundedPoint, other: GroundedPoint, evidence: Evidence) -> bool:
    """Whether two points tell the same: a segment in common, and words too where much is said in it."""
    shared = {each.id: each for each in one.segments if each in other.segments}
    if not shared:
        return False
    if sum(len(each.text.split()) for each in shared.values()) <= LONG_SEGMENT_WORDS:
        return True
    words, others = evidence.stems(one.text), evidence.stems(other.text)
    return len(words & others) >= SAME_SHARE * min(len(words), len(others))
