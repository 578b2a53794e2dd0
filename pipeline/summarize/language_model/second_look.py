"""A second look at what only the model found: do its lines say so, yes or no?

The answers count for a kind of point only if the model is right about sentences of which the answer is known: a small
model says yes to everything. Where it is not, that kind is not asked about again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, model_validator

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
        ("Maybe we could paint it grey, or black.", False),
        ("Good morning, everybody.", False),
    ),
    "action_items": (
        ("Good morning, everybody.", False),
        ("I will send you the list tomorrow.", True),
        ("The numbers of last year were a little better.", False),
        ("People want something that looks good.", False),
    ),
    "questions": (
        ("The numbers of last year were a little better.", False),
        ("We still do not know who pays for it.", True),
        ("Good morning, everybody.", False),
    ),
}
"""Sentences of which the answer is known, for each kind."""
MAX_ASKED = 8
"""Points in one question."""
_ANSWER = re.compile(r"\b(n\d+)\W+(yes|no)\b")
Doubt = tuple[str, GroundedPoint]
"""A kind of QUESTIONS, and a point that may be of it."""


class _Answer(BaseModel):
    """Yes or no for each id, in one text: "n1 yes, n2 no"; from a server that knows no patterns perhaps by id."""

    answers: str

    @model_validator(mode="before")
    @classmethod
    def _of_ids(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "answers" in value:
            return value
        return {"answers": ", ".join(f"{id_} {answer}" for id_, answer in value.items())}

    @property
    def by_id(self) -> dict[str, str]:
        return dict(_ANSWER.findall(self.answers.casefold()))


def look_again(model: ModelCaller, doubts: Sequence[Doubt], transcript: Transcript) -> list[bool]:
    """Whether each point is what it was taken for, by its lines; no where the model cannot tell."""
    fooled: set[str] = set()
    found: dict[int, bool] = {}
    left = list(enumerate(doubts))
    while left := [(at, doubt) for at, doubt in left if doubt[0] not in fooled]:
        some, left = left[:MAX_ASKED], left[MAX_ASKED:]
        kinds = [kind for kind in QUESTIONS if any(one == kind for _, (one, _) in some)]
        controls = [(kind, f'Mia: "{text}"', wanted) for kind in kinds for text, wanted in CONTROLS[kind]]
        said = [(kind, _said(point, transcript)) for _, (kind, point) in some]
        answers = _ask(model, [*((kind, text) for kind, text, _ in controls), *said])
        fooled |= {kind for (kind, _, wanted), answer in zip(controls, answers, strict=False) if answer != wanted}
        told = zip(some, answers[len(controls) :], strict=True)
        found |= {at: answer and kind not in fooled for (at, (kind, _)), answer in told}
    return [found.get(at, False) for at in range(len(doubts))]


def _ask(model: ModelCaller, asked: Sequence[tuple[str, str]]) -> list[bool]:
    ids = [f"n{number}" for number in range(1, len(asked) + 1)]
    lines = [f"[{id_}] {said} {QUESTIONS[kind]}" for id_, (kind, said) in zip(ids, asked, strict=True)]
    prompt = "\n".join(("<lines>", *lines, "</lines>"))
    try:
        answer = model.ask(_Answer, _schema(ids), LOOK_PROMPT, prompt, lambda _: None).by_id
    except (UnusableAnswer, PromptTooLong):
        return [False] * len(asked)
    return [answer.get(id_, "") == "yes" for id_ in ids]


def _schema(ids: Iterable[str]) -> dict[str, Any]:
    """One text with a fixed place for each id, so that hardly more is written than yes and no."""
    pattern = ", ".join(f"{one} (yes|no)" for one in ids)
    return object_schema(answers={"type": "string", "pattern": f"^{pattern}$"})


def _said(point: GroundedPoint, transcript: Transcript) -> str:
    names = (displayed_name(transcript.name_of(one.speaker)) for one in point.segments)
    return " ".join(f'{name}: "{as_data(one.text)}"' for name, one in zip(names, point.segments, strict=True))
