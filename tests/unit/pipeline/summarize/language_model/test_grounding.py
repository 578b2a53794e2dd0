"""What has to be proved: lines that were seen, words, names, dates and numbers that were said there or nearby."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted_models import talk

from pipeline.recap import Transcript
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.grounding import MAX_CITED, MAX_TITLE_CHARACTERS, Excerpt, GroundingChecker
from pipeline.summarize.language_model.response_schema import AnswerPoint, AnswerTask, AnswerTopic
from pipeline.summarize.language_model.transcript_lines import build_lines

SAID = (
    "Good morning everybody, welcome to the budget round.",
    "Tom, could you look at the venue?",
    "Yes, no problem.",
    "Then we are agreed: twenty thousand euros for the launch.",
    "I will send the contract to the printer by Friday.",
    "And somebody has to call Zoe about the posters.",
)


def checker_for(transcript: Transcript, language: str | None = None) -> tuple[GroundingChecker, Excerpt]:
    _, by_id = build_lines(transcript)
    checker = GroundingChecker(transcript, by_id, language or transcript.language)
    return checker, checker.excerpt(by_id)


def meeting(*lines: str) -> tuple[GroundingChecker, Excerpt]:
    return checker_for(talk(*(lines or SAID), speakers=("Ann Smith", "Ben")))


def accept(point: AnswerPoint, *lines: str, **more: Any) -> list[GroundedPoint]:
    checker, excerpt = meeting(*lines)
    return checker.accept([point], excerpt, **more)


def task(text: str, segments: list[str], owner: str | None = None, due: str | None = None) -> GroundedPoint:
    (found,) = accept(AnswerTask(text=text, segments=segments, owner=owner, due=due))
    return found


def test_a_claim_needs_a_line_that_the_model_saw() -> None:
    checker, excerpt = meeting()
    seen = checker.excerpt(["s1", "s2"])
    points = [AnswerPoint(text="The budget round began", segments=ids) for ids in (["s4"], ["s99"], [], ["s1", "s4"])]
    (found,) = checker.accept(points, seen)
    assert found.ids == ("s1",)
    assert checker.dropped == 3
    assert len(excerpt.ids) == len(SAID)


def test_lines_are_cited_in_order_of_time_and_not_without_end() -> None:
    lines = [f"We talked about the budget, part {n}." for n in range(1, 31)]
    (found,) = accept(AnswerPoint(text="The budget", segments=[f"s{n}" for n in range(30, 0, -1)]), *lines)
    assert found.ids == tuple(f"s{n}" for n in range(1, MAX_CITED + 1))


def test_a_point_about_something_else_than_its_lines_is_dropped() -> None:
    assert accept(AnswerPoint(text="The board fired the whole sales department", segments=["s1"])) == []
    assert accept(AnswerPoint(text="The printer gets the signed contract", segments=["s4"]))  # said a sentence later
    assert accept(AnswerPoint(text="They said hello", segments=["s1"]))  # too short to tell


def test_a_point_is_not_held_to_the_words_of_another_language() -> None:
    checker, excerpt = checker_for(talk(*SAID), "nl")
    point = AnswerPoint(text="De drukker krijgt vrijdag het getekende contract", segments=["s5"])
    assert checker.accept([point], excerpt)


def test_words_are_looked_for_within_a_minute_and_for_an_overview_anywhere() -> None:
    lines = ["The printer wants the contract.", *["Nothing much to say here."] * 30, "Then we are agreed."]
    point = AnswerPoint(text="Signing the printer contract was agreed", segments=["s32"])
    assert accept(point, *lines[:1], *lines[-1:] * 31)  # the word "agreed" is there
    far = AnswerPoint(text="Printers require contracts signed", segments=["s31"])
    assert accept(far, *lines) == []
    assert accept(far, *lines, broad=True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("The launch gets 20,000 euros", True),
        ("The launch gets 25,000 euros", False),
        ("The launch gets euros", True),
    ],
)
def test_a_number_that_nobody_said_drops_the_point(text: str, kept: bool) -> None:
    assert bool(accept(AnswerPoint(text=text, segments=["s4"]))) is kept


def test_a_number_said_an_hour_away_proves_nothing_unless_the_point_sums_up() -> None:
    lines = ["We have 500 posters.", *["Nothing much to say here."] * 30, "The posters are ordered."]
    point = AnswerPoint(text="500 posters are ordered", segments=["s32"])
    assert accept(point, *lines) == []
    assert accept(point, *lines, broad=True)


def test_the_numbers_of_speakers_may_be_told() -> None:
    checker, excerpt = checker_for(talk(*SAID, speakers=("Speaker 1", "Speaker 2")))
    assert checker.accept([AnswerPoint(text="Speaker 2 agreed to the launch budget", segments=["s4"])], excerpt)
    assert not checker.accept([AnswerPoint(text="Speaker 3 agreed to the launch budget", segments=["s4"])], excerpt)


@pytest.mark.parametrize(
    ("owner", "found"),
    [
        ("Ben", "p2"),
        ("ann smith", "p1"),
        ("Ann", "p1"),
        ("p2", "p2"),
        ("Ben.", "p2"),
        ("Tom", "Tom"),
        ("Zoe", "Zoe"),
        ("Paul", None),
        ("we", None),
        ("Everybody", None),
        ("I", "p1"),
        ("Unknown", None),
        ("…", None),
        (None, None),
    ],
)
def test_an_owner_is_a_speaker_or_a_name_that_was_said(owner: str | None, found: str | None) -> None:
    assert task("Send the contract to the printer", ["s5"], owner).owner == found


def test_a_name_said_far_away_is_no_owner() -> None:
    lines = ["Tom was ill.", *["Nothing much to say here."] * 30, "Somebody sends the contract."]
    (found,) = accept(AnswerTask(text="Send the contract", segments=["s32"], owner="Tom"), *lines)
    assert found.owner is None


def test_i_of_two_speakers_is_nobody() -> None:
    assert task("Agree and send the contract", ["s4", "s5"], "I").owner is None


@pytest.mark.parametrize(
    ("due", "found"),
    [("by Friday", "by Friday"), ("until Friday", "Friday"), ("by Monday", None), (None, None)],
)
def test_a_due_date_is_what_was_said(due: str | None, found: str | None) -> None:
    assert task("Send the contract to the printer", ["s5"], due=due).due == found


def test_the_due_date_of_a_task_some_lines_away_is_not_taken_for_this_one() -> None:
    lines = ["I will call Zoe by Monday.", "Good.", "Fine.", "Who sends the contract?", "I do.", "When?", "On Friday."]
    for due, found in (("Friday", "Friday"), ("by Monday", None)):
        (task,) = accept(AnswerTask(text="Send the contract", segments=["s5"], due=due), *lines)
        assert task.due == found


def test_owners_and_dates_without_proof_are_counted_and_the_task_stays() -> None:
    checker, excerpt = meeting()
    points = [AnswerTask(text="Send the contract", segments=["s5"], owner="Paul", due="by Monday")]
    (found,) = checker.accept(points, excerpt)
    assert (found.owner, found.due, checker.dropped, checker.cleared) == (None, None, 0, 2)


def test_a_quote_stands_in_the_lines_cited_word_for_word() -> None:
    checker, excerpt = meeting()
    quotes = [
        AnswerPoint(text="we are agreed: twenty thousand euros", segments=["s4"]),
        AnswerPoint(text="we are agreed: thirty thousand euros", segments=["s4"]),
        AnswerPoint(text="could you look at the venue", segments=["s4"]),
        AnswerPoint(text="no problem. Then we are agreed", segments=["s3", "s4"]),
        AnswerPoint(text="Yes: no problem!", segments=["s1", "s3"]),
        AnswerPoint(text="Yes", segments=["s3"]),
    ]
    found = checker.accept_quotes(quotes, excerpt)
    assert [(one.text, one.ids) for one in found] == [(quotes[0].text, ("s4",)), (quotes[4].text, ("s3",))]
    assert checker.dropped == 3  # "Yes" was said, and is no quote


def test_the_same_words_are_one_point_and_no_words_are_none() -> None:
    checker, excerpt = meeting()
    texts = ["The budget round.", "the budget round", "None.", "No decisions were made", "", "…"]
    found = checker.accept([AnswerPoint(text=text, segments=["s1"]) for text in texts], excerpt)
    assert [one.text for one in found] == ["The budget round."]
    assert checker.dropped == 1  # "…" points something, and nothing


def test_a_topic_is_proved_with_its_title() -> None:
    assert accept(AnswerTopic(title="Budget", text="The launch gets money", segments=["s4"]))
    assert accept(AnswerTopic(title="Budget of 30,000", text="The launch gets money", segments=["s4"])) == []


def test_a_title_about_nothing_that_was_said_is_left_out() -> None:
    checker, excerpt = meeting()
    assert checker.check_title("Budget round and launch", excerpt) == "Budget round and launch"
    assert checker.check_title("Hacked, and completely different", excerpt) == ""
    assert checker.check_title("Launch of 99 rockets", excerpt) == ""
    assert len(checker.check_title("budget " * 100, excerpt)) <= MAX_TITLE_CHARACTERS + 1
