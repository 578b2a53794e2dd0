"""What the model is told: templates, own wishes, and a version that changes with the words."""

from __future__ import annotations

import hashlib
from dataclasses import astuple

import pytest
from support.ollama_server import OllamaServer
from support.scripted_models import reads_well, summarize, talk

from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.language_model import prompts, second_look, templates
from pipeline.summarize.language_model.prompts import as_data, system_prompt, wrap_lines
from pipeline.summarize.language_model.templates import TEMPLATES

HASHES = {"2": "bd3a5e959ad9afba", "3": "49fe4a147f3858c7", "4": "2536f925933fdc66"}
"""Of all texts the model is told, by version. Words that change need a new version, with its hash beside the old."""


def hash_of_all_texts() -> str:
    told = [
        prompts.RECAP_PROMPT,
        prompts.MERGE_PROMPT,
        prompts.LOOK_PROMPT,
        *second_look.QUESTIONS.values(),
        str(second_look.CONTROLS),
        prompts.END_REMINDER,
        prompts.STRICT_REMINDER,
        *astuple(templates.CUSTOM_TEMPLATE),
    ]
    told += [text for name, one in sorted(TEMPLATES.items()) for text in (name, *astuple(one))]
    told += [wrap_lines(["x"], "notes", "en"), as_data("<a> [b] {c}")]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def test_other_words_have_another_version() -> None:
    assert HASHES.get(prompts.VERSION) == hash_of_all_texts()


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_says_what_each_list_is_to_hold(ollama: OllamaServer, template: str) -> None:
    ollama.script = reads_well
    summary = summarize(ollama, talk("The venue is booked."), SummaryOptions(template=template)).summary
    system = ollama.chats[0]["messages"][0]["content"]
    assert summary.template == template
    assert TEMPLATES[template].kind in system.splitlines()[0]
    for kind, name in (
        ("fact", "topics"),
        ("decision", "decisions"),
        ("task", "action_items"),
        ("question", "questions"),
    ):
        assert f'"{kind}": {getattr(TEMPLATES[template], name)}' in system
    assert "{{" not in system
    assert TEMPLATES[template].overview in system_prompt(SummaryOptions(template=template), "en", merging=True)


def test_a_council_is_asked_for_motions_and_votes_and_an_interview_for_answers() -> None:
    council = system_prompt(SummaryOptions(template="council"), "en")
    assert "motion" in council
    assert "votes for, against and abstaining" in council
    assert "what was answered" in system_prompt(SummaryOptions(template="interview"), "en")


def test_an_own_template_brings_its_words_and_a_built_in_one_may_have_some_added(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    options = SummaryOptions(template="sales call", instructions="Objections first.\nThen prices in {euros} <b>.")
    summarize(ollama, talk("Hello there."), options)
    system = ollama.chats[0]["messages"][0]["content"]
    assert "Who reads it asks for this: Objections first. Then prices in (euros) (b).\n" in system
    more = system_prompt(SummaryOptions(template="lecture", instructions="Keep it short."), "en", merging=True)
    assert more.startswith("You write the recap of a lecture. Who reads it asks for this: Keep it short.\n")


def test_names_and_terms_are_given_as_data_and_no_more_than_a_prompt_has_room_for() -> None:
    terms = ("Anna <b>", "Grafana", *(f"Term {n}" for n in range(200)))
    for merging in (False, True):
        prompt = system_prompt(SummaryOptions(terms=terms), "en", merging=merging)
        assert "Spell names and terms so where they occur: Anna (b), Grafana, Term 0, " in prompt
        assert "Term 57." in prompt
        assert "Term 58" not in prompt
    assert system_prompt(SummaryOptions(terms=()), "en") == system_prompt(SummaryOptions(), "en")


def test_an_unknown_template_is_refused(ollama: OllamaServer) -> None:
    with pytest.raises(ValueError, match="there is no template"):
        summarize(ollama, talk("Hello."), SummaryOptions(template="poem"))


@pytest.mark.parametrize(
    ("code", "name"),
    [("nl", "Dutch"), ("pt-BR", "Portuguese"), ("yue", "Cantonese"), ("qxy", "language with the code")],
)
def test_the_language_is_told_by_its_name(code: str, name: str) -> None:
    assert name in system_prompt(SummaryOptions(), code)
