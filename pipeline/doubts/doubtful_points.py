"""Finds points, owners and due dates that only the language model tells, or tells from other lines than it cites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.doubts.doubt import Doubt, Kind
from pipeline.recap import ActionItem, Point, Segment, Summary, Transcript

ANCHORED_DOUBT, RULE_DOUBT, GUESSED_DOUBT = 0.4, 0.25, 0.5
"""Of a point whose lines the model did not cite, of one that it did not find, and of what it guessed."""
POINT_WEIGHT, TASK_WEIGHT = 1.5, 2.5
"""What hangs on a point, and on a decision or an action item."""
_REASONS = {
    "anchored": (ANCHORED_DOUBT, "the language model cited other lines for this"),
    "rule": (RULE_DOUBT, "found by the words said; the language model did not list it"),
}


@dataclass(frozen=True, slots=True)
class _Guess:
    """What may be wrong about a point."""

    kind: Kind
    text: str
    doubt: float
    reason: str


def find_doubtful_points(summary: Summary, transcript: Transcript) -> Iterator[Doubt]:
    """The doubts about the points of a summary by a language model; a summary of quotes has none."""
    if summary.engine == "extractive":
        return
    segments = {segment.id: segment for segment in transcript.segments}
    weighty = {*(point.id for point in summary.decisions), *(item.id for item in summary.action_items)}
    points = (*summary.decisions, *summary.action_items, *summary.questions, *summary.topics, *summary.overview)
    for point in points:
        weight = TASK_WEIGHT if point.id in weighty else POINT_WEIGHT
        cited = [segments[each] for each in point.segments if each in segments]
        for guess in _find_guesses(point, transcript):
            yield _make_doubt(point, guess, weight, cited)


def _find_guesses(point: Point, transcript: Transcript) -> Iterator[_Guess]:
    if point.proof in _REASONS:
        yield _Guess("point", point.text, *_REASONS[point.proof])
    if not isinstance(point, ActionItem):
        return
    if point.owner and point.owner_by == "model":
        owner = transcript.owner_name(point) or point.owner
        yield _Guess("owner", owner, GUESSED_DOUBT, "the owner was guessed by the language model")
    if point.due and point.due_by == "model":
        yield _Guess("due", point.due, GUESSED_DOUBT, "the due date was guessed by the language model")


def _make_doubt(point: Point, guess: _Guess, weight: float, cited: list[Segment]) -> Doubt:
    return Doubt(
        id=f"{guess.kind}-{point.id}",
        kind=guess.kind,
        start=point.start,
        end=point.end,
        segment=cited[0].id if cited else None,
        speaker=point.speaker,
        text=guess.text,
        span=None,
        point=point.id,
        doubt=guess.doubt,
        weight=weight,
        reason=guess.reason,
        listen_seconds=sum(each.end - each.start for each in cited) or point.end - point.start,
    )
