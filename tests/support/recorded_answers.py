"""What a real small language model answered about the sample meetings, as the stand-in for Ollama plays it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.ollama_server import Body, Reply, says
from support.scripted_models import LOOK, is_look, is_reading, lines_of, reads_well, user_of

ANSWERS = Path(__file__).resolve().parents[1] / "recorded" / "small_model_answers.json"


def read_recorded() -> dict[str, Any]:
    """The recorded answers: for each meeting its takes, each with an answer for every stretch."""
    found: dict[str, Any] = json.loads(ANSWERS.read_text())
    return found


def plays_recorded(meeting: str, take: int) -> Callable[[Body], Reply]:
    """The model of the recording: of each stretch it tells what it told of the one nearest to it."""
    recorded = read_recorded()
    stretches = [(_middle(_cited(text)), text) for text in recorded[meeting][take]]

    def script(body: Body) -> Reply:
        if is_look(body):
            told = json.loads(recorded["look"])
            return says({id_: told.get(id_, "no") for id_ in LOOK.findall(user_of(body))})
        if not is_reading(body):
            return reads_well(body)
        asked = _middle([int(id_[1:]) for id_, _, _ in lines_of(body)])
        _, text = min(stretches, key=lambda one: abs(one[0] - asked))
        return says(text)

    return script


def _cited(text: str) -> list[int]:
    return [int(id_[1:]) for point in json.loads(text)["points"] for id_ in point["lines"]]


def _middle(numbers: list[int]) -> float:
    return (min(numbers) + max(numbers)) / 2
