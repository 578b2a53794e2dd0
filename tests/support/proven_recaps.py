"""A recap by a language model, whose points are proven in each of the ways there are."""

from __future__ import annotations

from dataclasses import replace

from pipeline.recap import Point, Recap

DECISION = "The launch of the product moves to the first of June."
TASK = "Carol brings the marketing plan up to date."


def with_proofs(recap: Recap) -> Recap:
    """The recap of the meeting `launch-planning`, with a decision and a task in the model's words."""
    summary = recap.summary

    def lines(point: Point) -> tuple[str, ...]:
        """The ids of the segments that were said meanwhile."""
        middle = (point.start + point.end) / 2
        return tuple(one.id for one in recap.transcript.segments if one.start <= middle <= one.end)

    decision, *decisions = summary.decisions
    task, second, *tasks = summary.action_items
    return replace(
        recap,
        summary=replace(
            summary,
            engine="ollama",
            model="small:1.5b",
            decisions=(
                replace(decision, text=DECISION, proof="lines", segments=lines(decision)),
                *(replace(one, proof="rule") for one in decisions),
            ),
            action_items=(
                replace(task, text=TASK, proof="anchored", segments=lines(task), owner_by="model", due_by="model"),
                replace(second, proof="rule", owner_by="rule", due_by="rule", due_day="2026-11-23"),
                *(replace(one, proof="rule", owner_by="rule", due_by="rule") for one in tasks),
            ),
            questions=tuple(replace(one, proof="rule") for one in summary.questions),
        ),
    )
