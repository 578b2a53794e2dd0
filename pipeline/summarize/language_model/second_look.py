"""A second look at what only the model found: do its lines say so, yes or no?

The answers count for a kind of point only if the model is right about sentences of which the answer is known: a small
model says yes to everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import RootModel

from pipeline.recap import Transcript
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.model_call import ModelCaller, PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.normalization import as_data
from pipeline.summarize.language_model.prompts import LOOK_PROMPT
from pipeline.summarize.language_model.response_schema import object_schema
from pipeline.summarize.language_model.transcript_lines import displayed_name

QUESTIONS = {
    "decisions": "Is something decided or agreed there?",
    "action_items": "Does it give somebody something to do after the meeting?",
    "questions": "Is something asked there, or said to be unknown?",
}
"""What is asked about a point of each kind."""
CONTROLS = {
    "decisions": (
        ("The numbers of last year were a little better.", False),
        ("So we are agreed that we take the blue one.", True),
        ("Good morning, everybody.", False),
    ),
    "action_items": (
        ("Good morning, everybody.", False),
        ("I will send you the list tomorrow.", True),
        ("The numbers of last year were a little better.", False),
    ),
    "questions": (
        ("The numbers of last year were a little better.", False),
        ("We still do not know who pays for it.", True),
        ("Good morning, everybody.", False),
    ),
}
"""Sentences of which the answer is known, for each kind."""
MAX_ASKED = 12
"""Points in one question."""
Doubt = tuple[str, GroundedPoint]
"""A kind of QUESTIONS, and a point that may be of it."""


class _Answer(RootModel[dict[str, str]]):
    """Yes or no, by the id of each line."""


def look_again(model: ModelCaller, doubts: Sequence[Doubt], transcript: Transcript) -> list[bool]:
    """Whether each point is what it was taken for, by its lines; no where the model cannot tell."""
    kinds = [kind for kind in QUESTIONS if any(one == kind for one, _ in doubts)]
    controls = [(kind, f'Mia: "{text}"') for kind in kinds for text, _ in CONTROLS[kind]]
    expected = [(kind, wanted) for kind in kinds for _, wanted in CONTROLS[kind]]
    found: list[bool] = []
    for start in range(0, len(doubts), MAX_ASKED):
        some = doubts[start : start + MAX_ASKED]
        said = [(kind, _said(point, transcript)) for kind, point in some]
        answers = _ask(model, [*controls, *said])
        judged = zip(expected, answers, strict=False)
        fooled = {kind for (kind, wanted), answer in judged if answer != wanted}
        found += [
            answer and kind not in fooled for (kind, _), answer in zip(some, answers[len(controls) :], strict=True)
        ]
    return found


def _ask(model: ModelCaller, asked: Sequence[tuple[str, str]]) -> list[bool]:
    ids = [f"n{number}" for number in range(1, len(asked) + 1)]
    lines = [f"[{id_}] {said} {QUESTIONS[kind]}" for id_, (kind, said) in zip(ids, asked, strict=True)]
    prompt = "\n".join(("<lines>", *lines, "</lines>"))
    try:
        answer = model.ask(_Answer, _schema(ids), LOOK_PROMPT, prompt, lambda _: None)
    except (UnusableAnswer, PromptTooLong):
        return [False] * len(asked)
    return [answer.root.get(id_, "").casefold() == "yes" for id_ in ids]


def _schema(ids: Iterable[str]) -> dict[str, Any]:
    """One fixed key a line, so that nothing is written but yes and no."""
    return object_schema(**{one: {"enum": ["yes", "no"]} for one in ids})


def _said(point: GroundedPoint, transcript: Transcript) -> str:
    names = (displayed_name(transcript.name_of(one.speaker)) for one in point.segments)
    return " ".join(f'{name}: "{as_data(one.text)}"' for name, one in zip(names, point.segments, strict=True))
