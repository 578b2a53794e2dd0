"""Reasoning of models: it never shows up, however it is marked and wherever it stands."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from support.ollama_server import OllamaServer, Reply, says
from support.scripted_models import is_look, is_reading, says_yes, summarize, talk

from pipeline.errors import OllamaUnreachable
from pipeline.recap import to_json
from pipeline.summarize.language_model.reasoning_tags import clean_text, find_json_candidates, strip_reasoning

SAID = "The printer is broken, somebody calls the printer shop today."
ANSWER: dict[str, Any] = {
    "points": [
        {"lines": ["s1"], "kind": "fact", "text": "The printer is broken."},
        {"lines": ["s1"], "kind": "task", "who": "Ann", "when": "today", "text": "Call the printer shop"},
    ],
    "title": "The broken printer",
}
GOOD = json.dumps(ANSWER)
DRAFT = json.dumps({"points": [{"lines": ["s1"], "text": "Secret printer."}], "title": "A secret draft"})
MARKED = [
    ("<think>", "</think>"),
    ("<THINK>", "</THINK>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("< think >", "</ think >"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
]


def sum_up(server: OllamaServer, reply: Reply) -> Any:
    server.script = lambda body: says_yes(body) if is_look(body) else reply
    result = summarize(server, talk(SAID))
    shown = to_json(result).decode()
    assert "secret" not in shown.lower()
    assert "think" not in shown.lower()
    return result.summary


@pytest.mark.parametrize(("opens", "closes"), MARKED, ids=[one for one, _ in MARKED])
def test_thoughts_beside_the_answer_never_show(ollama: OllamaServer, opens: str, closes: str) -> None:
    secret = f"Secret: {{this}} is hard. {DRAFT} [s1]"
    for text in (
        f"{opens}{secret}{closes}\n{GOOD}",
        f"{opens}{secret}\n\n{closes}{GOOD}{opens}{secret}{closes}",
        f"{GOOD}\n{opens}{secret}",
        f"{secret}{closes}{GOOD}",
        f"{opens}a{closes}{opens}secret{closes}\n```json\n{GOOD}\n```",
    ):
        summary = sum_up(ollama, says(text))
        assert (summary.title, summary.overview[0].text) == ("The broken printer", "The printer is broken.")


@pytest.mark.parametrize(("opens", "closes"), MARKED, ids=[one for one, _ in MARKED])
def test_thoughts_within_the_fields_of_the_answer_never_show(ollama: OllamaServer, opens: str, closes: str) -> None:
    secret = f"{opens}secret{closes}"
    answer = {
        "points": [
            {"lines": ["s1"], "text": f"The printer {secret}is broken."},
            {"lines": ["s1"], "text": f"{opens}secret and never closed"},
            {"lines": ["s1"], "text": f"secret{closes}Somebody calls the shop"},
            {
                "lines": ["s1"], "kind": "question", "who": f"{secret}Ann", "when": f"{secret}today",
                "text": f"Who calls {secret}the shop?",
            },
        ],
        "title": f"{secret}The broken printer",
    }  # fmt: skip
    summary = sum_up(ollama, says(answer))
    assert summary.title == "The broken printer"
    assert [one.text for one in summary.overview] == ["The printer is broken.", "Somebody calls the shop"]


def test_the_channels_of_gpt_oss_never_show(ollama: OllamaServer) -> None:
    thought = f"<|channel|>analysis<|message|>Secret {DRAFT}<|end|>"
    whole = f"{thought}<|start|>assistant<|channel|>final<|message|>{GOOD}<|return|>"
    assert sum_up(ollama, says(whole)).title == "The broken printer"
    constrained = f"{thought}<|start|>assistant<|channel|>final <|constrain|>json<|message|>{GOOD}"
    assert sum_up(ollama, says(constrained)).title == "The broken printer"
    answer = ANSWER | {"title": "<|channel|>analysis<|message|>secret<|end|>The broken printer<|im_end|>"}
    assert sum_up(ollama, says(answer)).title == "The broken printer"


def test_the_field_for_thoughts_in_the_stream_is_not_read(ollama: OllamaServer) -> None:
    lines = [
        json.dumps({"message": {"role": "assistant", "content": "", "thinking": f"secret {DRAFT}"}, "done": False}),
        json.dumps({"message": {"role": "assistant", "content": GOOD, "thinking": ""}, "done": False}),
    ]
    reply = Reply(raw="".join(f"{line}\n" for line in lines).encode())
    assert sum_up(ollama, reply).title == "The broken printer"


def test_thoughts_without_an_answer_are_none(ollama: OllamaServer) -> None:
    for text in ("<think>secret, and then the end", "<think>secret</think>", "I cannot do that."):
        ollama.plays(says(text))
        with pytest.raises(OllamaUnreachable, match="no usable answer"):
            summarize(ollama, talk("Hello there."))


def test_models_that_can_think_are_asked_not_to(ollama: OllamaServer) -> None:
    ollama.plays(says(GOOD))
    summarize(ollama, talk(SAID))
    ollama.models["recap:latest"].capabilities = ("completion", "thinking")
    summarize(ollama, talk(SAID))
    without, with_ = filter(is_reading, ollama.chats)
    assert "think" not in without
    assert with_["think"] is False


@pytest.mark.parametrize(
    "text",
    ["I think <b>so</b>", "a < b and b > c", "[s1] thinking aloud", "<thinkpad> sales", "Reasoning: none", "[1] [2]"],
)
def test_ordinary_words_about_thinking_stay(text: str) -> None:
    assert strip_reasoning(text) == text


def test_entities_and_control_signs_are_resolved() -> None:
    assert clean_text("R&amp;D &lt;think&gt;secret&lt;/think&gt;is\u0000 \u202efun\n") == "R&D is fun"


def test_hostile_answers_take_no_time() -> None:
    began = time.monotonic()
    for text in (
        "{" * 100_000,
        '{"a":' * 5_000,
        "<think>" * 20_000,
        "<think></think>" * 20_000,
        "<|channel|>" * 20_000,
        "[THINK" * 50_000,
    ):
        assert len(list(find_json_candidates(text))) < 600
    assert time.monotonic() - began < 10
