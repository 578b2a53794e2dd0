"""Cues and model check each other, and rules tell who does what by when."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from support.ollama_server import Body, OllamaServer, Reply, says
from support.scripted_models import (
    LOOK,
    answers,
    is_look,
    meeting,
    reads_well,
    says_yes,
    summarize,
    talk,
    tells,
    user_of,
)

from pipeline.recap import ActionItem
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer
from pipeline.summarize.language_model.second_look import MAX_ASKED

SAID = (
    "The launch of the website is late.",
    "Ben, please send the price list to the supplier on Monday.",
    "Yes, I will do that.",
    "Somebody should call the printer about the posters.",
    "We decided not to change the logo of the shop.",
    "The posters are printed in two colours.",
)
PRINTER = {"lines": ["s4"], "who": None, "when": None, "text": "Call the printer about the posters."}


def sum_up(server: OllamaServer, **lists: Any) -> tuple[ActionItem, ...]:
    server.script = answers(title="The launch", **lists)
    return summarize(server, talk(*SAID, speakers=("Ann", "Ben"))).summary.action_items


def test_a_model_that_finds_nothing_leaves_what_quotes_would_have(ollama: OllamaServer) -> None:
    ollama.script = lambda body: tells(title="Plan") if not is_look(body) else says_yes(body)
    summary = summarize(ollama, meeting()).summary
    quotes = ExtractiveSummarizer().summarize(meeting(), SummaryOptions(), lambda _: None).summary
    assert [one.text for one in summary.decisions] == [one.text for one in quotes.decisions]
    assert [(one.text, one.owner, one.due) for one in summary.action_items] == [
        (one.text, one.owner, one.due) for one in quotes.action_items
    ]
    assert {one.proof for one in (*summary.decisions, *summary.action_items)} == {"rule"}
    assert {(one.owner_by, one.due_by) for one in summary.action_items if one.owner and one.due} == {("rule", "rule")}


def test_what_both_find_is_one_task_in_the_models_words_with_owner_and_date_by_rule(ollama: OllamaServer) -> None:
    text = "Ben sends the price list to the supplier on Monday."
    (task,) = sum_up(ollama, action_items=[{"lines": ["s2"], "who": "Ann", "when": "tomorrow", "text": text}])
    assert (task.text, task.proof) == (text, "lines")
    assert (task.owner, task.owner_by, task.due, task.due_by) == ("p2", "rule", "on Monday", "rule")
    assert not [body for body in ollama.chats if is_look(body)]  # nothing is in doubt


def test_what_says_more_or_less_than_the_line_stays_a_quote(ollama: OllamaServer) -> None:
    (task,) = sum_up(ollama, action_items=[{"lines": ["s2"], "who": "Ben", "when": None, "text": "Ben sends a list."}])
    assert (task.text, task.proof) == (SAID[1], "rule")


def test_a_denied_decision_is_told_as_it_was_said(ollama: OllamaServer) -> None:
    ollama.script = answers(decisions=[{"lines": ["s5"], "text": "They decided to change the logo of the shop."}])
    (decision,) = summarize(ollama, talk(*SAID)).summary.decisions
    assert (decision.text, decision.proof) == (SAID[4], "rule")


def test_a_task_that_only_the_model_found_is_asked_about_by_itself(ollama: OllamaServer) -> None:
    tasks = sum_up(ollama, action_items=[PRINTER])
    assert [one.text for one in tasks] == [SAID[1], PRINTER["text"]]
    (look,) = [body for body in ollama.chats if is_look(body)]
    asked = look["messages"][1]["content"].splitlines()[-2]
    assert asked.startswith(f'[n5] Ben: "{SAID[3]}"')
    assert asked.endswith("Does it give somebody something to do after the meeting?")
    pattern = look["format"]["properties"]["answers"]["pattern"]
    assert re.fullmatch(pattern, "n1 no, n2 yes, n3 no, n4 no, n5 yes")
    assert not re.fullmatch(pattern, "n1 no, n2 yes, n3 no, n4 no, n5 maybe")


@pytest.mark.parametrize(("can_tell", "looks"), [(True, 2), (False, 1)])
def test_a_kind_that_the_model_cannot_tell_is_not_asked_about_again(
    ollama: OllamaServer, can_tell: bool, looks: int
) -> None:
    said = [f"Somebody should call printer number {number} about the posters." for number in range(MAX_ASKED + 1)]
    told = [{"lines": [f"s{number}"], "text": text} for number, text in enumerate(said, 1)]
    read = answers(title="Printers", overview=told[:1], action_items=told)
    look = says_yes if can_tell else yes_to_all
    ollama.script = lambda body: look(body) if is_look(body) else read(body)
    tasks = summarize(ollama, talk(*said, speakers=("Ann", "Ben"))).summary.action_items
    assert len(tasks) == (len(said) if can_tell else 0)
    assert len([body for body in ollama.chats if is_look(body)]) == looks


def no_to_all(body: Body) -> Reply:
    return says(dict.fromkeys(LOOK.findall(user_of(body)), "no"))


def yes_to_all(body: Body) -> Reply:
    return says(dict.fromkeys(LOOK.findall(user_of(body)), "yes"))


@pytest.mark.parametrize(
    "look",
    [no_to_all, yes_to_all, lambda _: says("Pardon"), lambda _: says({})],
    ids=["no", "yes to greetings too", "no answer", "empty"],
)
def test_without_a_yes_of_a_model_that_can_tell_it_is_left_out(
    ollama: OllamaServer, look: Callable[[Body], Reply]
) -> None:
    read = answers(action_items=[PRINTER])
    ollama.script = lambda body: look(body) if is_look(body) else read(body)
    tasks = summarize(ollama, talk(*SAID, speakers=("Ann", "Ben"))).summary.action_items
    assert [one.text for one in tasks] == [SAID[1]]


def test_who_and_when_are_told_by_rule_where_the_words_say_it() -> None:
    from pipeline.summarize.language_model.evidence import Evidence
    from pipeline.summarize.language_model.grounded_points import GroundedPoint
    from pipeline.summarize.language_model.owners_and_dues import tell_owner_and_due

    transcript = talk(
        "Well, I'll call the printer before Friday.", "Tom, could you book the hall?", "The hall is cold."
    )
    evidence = Evidence(transcript, is_translated=False)

    def told(number: int, **more: Any) -> tuple[str | None, str | None, str | None, str | None]:
        segment = transcript.segments[number]
        found = tell_owner_and_due(GroundedPoint(segment.text, (segment,), **more), transcript, evidence)
        return found.owner, found.owner_by, found.due, found.due_by

    assert told(0, owner="Zoe", owner_by="model") == ("p1", "rule", "before Friday", "rule")
    assert told(1)[:2] == ("Tom", "rule")
    assert told(2, owner="Zoe", owner_by="model", due="soon", due_by="model") == ("Zoe", "model", "soon", "model")
    assert tell_owner_and_due(GroundedPoint("x", ()), talk("x", language="fi"), evidence).owner is None


def test_what_the_model_alone_says_of_owner_and_date_is_marked(ollama: OllamaServer) -> None:
    read = answers(action_items=[{**PRINTER, "who": "Zoe", "when": "at Easter"}])
    ollama.script = lambda body: reads_well(body) if is_look(body) else read(body)
    said = (*SAID[:3], "Somebody should call the printer about the posters, Zoe or her brother, at Easter maybe.")
    tasks = summarize(ollama, talk(*said, speakers=("Ann", "Ben"))).summary.action_items
    assert (tasks[-1].owner, tasks[-1].owner_by) == ("Zoe", "model")
