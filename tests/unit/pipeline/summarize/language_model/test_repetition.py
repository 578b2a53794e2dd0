"""A model that repeats itself: its answer is cut while it streams, and what came before is used."""

from __future__ import annotations

import json

import pytest
from support.ollama_server import Body, OllamaServer, Reply
from support.scripted_models import is_reading, reads_well, summarize, talk

from pipeline.summarize.language_model.repetition import repeats_itself

SAID = ("The venue is booked for the launch.", "The caterers are late with their offer.")


def point(text: str, line: int) -> str:
    return json.dumps({"lines": [f"s{line}"], "kind": "fact", "text": text})


@pytest.mark.parametrize(
    ("answer", "repeats"),
    [
        (", ".join(point(text, 1) for text in SAID), False),
        (", ".join(point(SAID[0], line) for line in (1, 2)), False),
        (", ".join(point(SAID[0], line) for line in (1, 2, 3)), True),
        (f'{{"points": [{{"text": "{"again and " * 20}', True),
        ('{"title": "No, no, no, and no"', False),
        ('{"points": [{"text": "' + "\\n" * 60, True),
        ("", False),
    ],
    ids=["two points", "twice", "three times", "in a sentence", "a real sentence", "line ends", "nothing"],
)
def test_a_loop_is_told_from_an_answer(answer: str, repeats: bool) -> None:
    assert repeats_itself(answer) is repeats


def test_a_stream_that_repeats_is_cut_and_what_came_before_is_used(ollama: OllamaServer) -> None:
    start = ['{"points": [', point(SAID[0], 1), ", ", point(SAID[1], 2)]
    endless = [part for line in range(2000) for part in (", ", point(SAID[1], line))]

    def script(body: Body) -> Reply:
        return Reply((*start, *endless), pause=0.001) if is_reading(body) else reads_well(body)

    ollama.script = script
    summary = summarize(ollama, talk(*SAID)).summary
    assert [one.text for one in summary.overview] == list(SAID)
    assert ollama.disconnected.wait(5)  # so that the model stops writing
    assert len([body for body in ollama.chats if is_reading(body)]) == 1
