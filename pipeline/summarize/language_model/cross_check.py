"""Cues and model check each other: what both find is one point, what the model alone finds is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pipeline.recap import Transcript
from pipeline.summarize.language_model.cue_points import CuePoints, is_same
from pipeline.summarize.language_model.evidence import Evidence
from pipeline.summarize.language_model.extracted_points import MIN_TOLD, ExtractedPoints
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.owners_and_dues import tell_owner_and_due
from pipeline.summarize.language_model.second_look import Doubt

FACT_WORDS = 4
"""Content words of what may be told as a fact though it was written as something else."""
WORDS_KEPT = 0.6
"""Of the content words of a point that cues found: with fewer of them, or as many others, it is another point."""


def cross_check(
    parts: Sequence[ExtractedPoints],
    cues: CuePoints,
    transcript: Transcript,
    evidence: Evidence,
    look_again: Callable[[Sequence[Doubt]], Sequence[bool]],
) -> list[ExtractedPoints]:
    """The parts with the points of both; `look_again` says which points that only the model found to keep.

    What cues found stays, whatever the model says: a recap by a model has what one of quotes would have.
    """
    by_cues = {"decisions": cues.decisions, "action_items": cues.tasks, "questions": cues.questions}
    known = [one for points in by_cues.values() for one in points]
    alone: list[Doubt] = [
        (kind, one)
        for part in parts
        for kind in by_cues
        for one in _points(part, kind)
        if not any(is_same(one, other, evidence) for other in known)
    ]
    kept = [doubt for doubt, is_kept in zip(alone, look_again(alone) if alone else (), strict=True) if is_kept]

    def checked(part: ExtractedPoints, kind: str, found: Iterable[GroundedPoint]) -> list[GroundedPoint]:
        by_model = _points(part, kind)
        points = [_with_words_of_model(one, by_model, evidence) for one in found]
        points += [
            tell_owner_and_due(one, transcript, evidence) if kind == "action_items" else one
            for one in by_model
            if (kind, one) in kept
        ]
        return sorted(points, key=lambda one: one.start)

    def facts(part: ExtractedPoints) -> list[GroundedPoint]:
        """The part's facts; where they are few, what is no task or decision tells at least what was talked about."""
        if len(part.overview) >= MIN_TOLD:
            return part.overview
        others = [
            one
            for kind, one in alone
            if (kind, one) not in kept
            and one in _points(part, kind)
            and len(evidence.subject_words(one.text)) >= FACT_WORDS
        ]
        return sorted([*part.overview, *others], key=lambda one: one.start)

    starts = [min(one.start for one in part.read) for part in parts]
    shares = {kind: _by_part(points, starts) for kind, points in by_cues.items()}
    return [
        replace(
            part,
            overview=facts(part),
            decisions=checked(part, "decisions", shares["decisions"][number]),
            action_items=checked(part, "action_items", shares["action_items"][number]),
            questions=checked(part, "questions", shares["questions"][number]),
        )
        for number, part in enumerate(parts)
    ]


def _points(part: ExtractedPoints, kind: str) -> list[GroundedPoint]:
    found: list[GroundedPoint] = getattr(part, kind)
    return found


def _by_part(points: Sequence[GroundedPoint], starts: Sequence[float]) -> list[list[GroundedPoint]]:
    """The points of each part, which starts at these seconds; the first one has what was said before as well."""
    shares: list[list[GroundedPoint]] = [[] for _ in starts]
    for one in points:
        shares[max(0, sum(start <= one.start for start in starts) - 1)].append(one)
    return shares


def _with_words_of_model(cue: GroundedPoint, by_model: Sequence[GroundedPoint], evidence: Evidence) -> GroundedPoint:
    """The point that cues found, in the words of the model where it says all of it and no more."""
    words = evidence.subject_words(cue.text)

    def is_likewise(one: GroundedPoint) -> bool:
        told = evidence.subject_words(one.text)
        named = [name for name in evidence.named(one.text) if name not in (cue.owner, *evidence.named(cue.text))]
        enough = len(words & told) >= WORDS_KEPT * max(len(words), len(told))
        return is_same(cue, one, evidence) and enough and not named and evidence.bears(one.text, cue.segments)

    likewise = [one for one in by_model if is_likewise(one)]
    if not likewise:
        return cue
    best = max(likewise, key=lambda one: len(words & evidence.subject_words(one.text)))
    return replace(
        cue,
        text=best.text,
        proof=best.proof,
        owner=cue.owner or best.owner,
        due=cue.due or best.due,
        owner_by="rule" if cue.owner else best.owner_by,
        due_by="rule" if cue.due else best.due_by,
    )
