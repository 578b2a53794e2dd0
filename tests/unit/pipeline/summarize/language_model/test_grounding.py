"""What has to be proved: by the lines that were cited, or others near by, in words, names, numbers and negation."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted_models import talk

from pipeline.recap import Transcript
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.grounding import MAX_TITLE_CHARACTERS, Excerpt, GroundingChecker
from pipeline.summarize.language_model.response_schema import AnswerPoint
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


def accept(text: str, lines: list[str], *said: str, **more: Any) -> list[GroundedPoint]:
    checker, excerpt = meeting(*said)
    return checker.accept([AnswerPoint(lines=lines, text=text, **more)], excerpt)


def cited(points: list[GroundedPoint]) -> list[str]:
    return [segment.id for point in points for segment in point.segments]


def task(text: str, lines: list[str], who: str | None = None, when: str | None = None) -> GroundedPoint:
    (found,) = accept(text, lines, kind="task", who=who, when=when)
    return found


def test_a_point_stands_on_the_lines_it_cites() -> None:
    (found,) = accept("The launch gets 20,000 euros", ["s4"])
    assert (found.segment_ids, found.proof) == (("g3",), "lines")


def test_what_was_said_word_for_word_is_a_quote() -> None:
    (found,) = accept("I will send the contract to the printer by Friday.", ["s5"])
    assert found.proof == "quote"


def test_of_the_lines_cited_those_that_say_nothing_of_it_are_left_out() -> None:
    assert cited(accept("The contract goes to the printer", ["s2", "s4", "s5", "s6"])) == ["g4"]


@pytest.mark.parametrize("lines", [["s1"], ["s99"], [], ["s2", "s6"]])
def test_a_point_with_the_wrong_lines_is_anchored_anew_and_counted(lines: list[str]) -> None:
    checker, excerpt = meeting()
    (found,) = checker.accept([AnswerPoint(lines=lines, text="The contract goes to the printer")], excerpt)
    assert (found.segment_ids, found.proof) == (("g4",), "anchored")
    assert (checker.anchored, checker.dropped) == (1, 0)


def test_lines_that_the_model_did_not_see_bear_nothing() -> None:
    checker, _ = meeting()
    seen = checker.excerpt(["s1", "s2"])
    points = [AnswerPoint(lines=["s5"], text="The contract goes to the printer")]
    assert (checker.accept(points, seen), checker.dropped) == ([], 1)


def test_words_gathered_from_all_over_the_stretch_are_no_proof() -> None:
    far = ["We have a printer.", *["Nothing much to say here."] * 20, "The lease ends."]
    far += [*["Nothing much to say here."] * 20, "The contract expires."]
    assert accept("The printer lease contract expires and ends", ["s1"], *far) == []


def test_half_of_the_words_have_to_be_there() -> None:
    assert accept("The board fired the whole sales department", ["s1"]) == []
    assert accept("The launch gets euros from an unknown foreign investor", ["s4"]) == []
    assert accept("The contract goes out to the printer signed", ["s5"])


def test_a_point_is_not_held_to_the_words_of_another_language() -> None:
    checker, excerpt = checker_for(talk(*SAID), "nl")
    text = "De drukker krijgt vrijdag het getekende contract"
    assert checker.accept([AnswerPoint(lines=["s5"], text=text)], excerpt)
    assert checker.accept([AnswerPoint(lines=["s5"], text=f"{text} van 4711 euro")], excerpt) == []
    assert checker.accept([AnswerPoint(lines=["s99"], text=text)], excerpt) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("The launch gets 20,000 euros", True),
        ("The launch gets 25,000 euros", False),
        ("The launch gets euros", True),
    ],
)
def test_a_number_that_nobody_said_drops_the_point(text: str, kept: bool) -> None:
    assert bool(accept(text, ["s4"])) is kept


def test_a_number_of_another_line_is_no_proof() -> None:
    lines = ["We have 500 posters.", *["Nothing much to say here."] * 30, "The posters are ordered."]
    assert accept("The 500 posters are ordered", ["s32"], *lines) == []


@pytest.mark.parametrize(
    ("said", "text", "kept"),
    [
        ("We have decided not to change the search feature.", "They decided to change the search feature", False),
        ("We have decided not to change the search feature.", "They decided not to change the search feature", True),
        ("We have decided to change the search feature.", "They decided not to change the search feature", False),
        ("The tests still fail, so the search is not ready.", "The tests still fail", True),
        ("The tests still fail, so the search is not ready.", "The search is ready", False),
        ("We won't move the search feature to the app.", "The search feature moves to the app", False),
    ],
)
def test_what_denies_the_line_is_not_said_by_it(said: str, text: str, kept: bool) -> None:
    assert bool(accept(text, ["s1"], said)) is kept


def test_a_name_that_was_not_said_drops_the_point() -> None:
    assert accept("The contract goes to the printer in Hamburg", ["s5"]) == []
    assert accept("Somebody calls Zoe about the posters", ["s6"])


def test_who_speaks_is_looked_at() -> None:
    assert cited(accept("Ann Smith sends the contract to the printer", ["s5"])) == ["g4"]
    said = ("The support team needs more people.", "I agree to hire two more people.")
    (found,) = accept("Ann Smith agrees to hire two more people", ["s1"], *said)
    assert found.text == "Ben agrees to hire two more people"  # put right: Ben speaks in the line that bears it
    assert (found.segment_ids, found.proof) == (("g1",), "anchored")


def test_whoever_is_spoken_to_may_be_told_of() -> None:
    said = ("Ben, please send the price list to the supplier.", "Sure.")
    assert accept("Ben sends the price list to the supplier", ["s1"], *said)[0].text.startswith("Ben")


def test_the_numbers_of_speakers_may_be_told() -> None:
    checker, excerpt = checker_for(talk(*SAID, speakers=("Speaker 1", "Speaker 2")))
    texts = ("Speaker 2 agreed to the launch budget of euros", "Speaker 3 agreed to the launch budget of euros")
    found = [checker.accept([AnswerPoint(lines=["s4"], text=text)], excerpt) for text in texts]
    assert [bool(one) for one in found] == [True, False]


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("ann smith", "p1"),
        ("Ann", "p1"),
        ("p1", "p1"),
        ("Ann.", "p1"),
        ("Ben", None),
        ("Tom", None),
        ("Paul", None),
        ("we", None),
        ("Everybody", None),
        ("I", "p1"),
        ("Unknown", None),
        ("…", None),
        (None, None),
    ],
)
def test_an_owner_speaks_in_the_lines_or_is_named_there(who: str | None, found: str | None) -> None:
    assert task("Send the contract to the printer", ["s5"], who).owner == found


def test_a_name_that_was_said_in_the_lines_is_an_owner() -> None:
    assert task("Call about the posters", ["s6"], "Zoe").owner == "Zoe"
    assert task("Look at the venue", ["s2"], "Tom").owner == "Tom"


def test_i_of_two_speakers_is_nobody() -> None:
    said = ("The contract is for the printer.", "I agree that the launch is late.")
    (found,) = accept("The launch is late, the contract is for the printer", ["s1", "s2"], *said, kind="task", who="I")
    assert found.owner is None


@pytest.mark.parametrize(
    ("when", "found"),
    [("by Friday", "by Friday"), ("until Friday", "Friday"), ("by Monday", None), (None, None)],
)
def test_a_due_date_is_what_was_said(when: str | None, found: str | None) -> None:
    assert task("Send the contract to the printer", ["s5"], when=when).due == found


def test_the_due_date_of_a_task_some_lines_away_is_not_taken_for_this_one() -> None:
    lines = ["I will call Zoe by Monday.", "Good.", "Fine.", "Who sends the contract?", "I do.", "When?", "On Friday."]
    for when, due in (("Friday", None), ("by Monday", None)):
        (found,) = accept("Send the contract", ["s4"], *lines, kind="task", when=when)
        assert found.due == due
    (found,) = accept("Send the contract", ["s4"], *lines[:4], *lines[6:], kind="task", when="Friday")
    assert found.due == "Friday"


def test_owners_and_dates_without_proof_are_counted_and_the_task_stays() -> None:
    checker, excerpt = meeting()
    point = AnswerPoint(lines=["s5"], kind="task", who="Paul", when="by Monday", text="Send the contract")
    (found,) = checker.accept([point], excerpt)
    assert (found.owner, found.due, checker.dropped, checker.cleared) == (None, None, 0, 2)


def test_the_same_words_are_one_point_and_no_words_are_none() -> None:
    checker, excerpt = meeting()
    texts = ["The budget round.", "the budget round", "None.", "No decisions were made", "", "…"]
    found = checker.accept([AnswerPoint(lines=["s1"], text=text) for text in texts], excerpt)
    assert [one.text for one in found] == ["The budget round."]
    assert checker.dropped == 1  # "…" points something, and nothing


def test_a_greeting_is_no_point() -> None:
    said = ("Good morning Ben.", "This meeting is being recorded.", "The venue is booked.")
    assert accept("Ann Smith says good morning to Ben", ["s1"], *said) == []
    assert accept("This meeting is recorded", ["s2"], *said) == []


def test_a_title_about_nothing_that_was_said_is_left_out() -> None:
    checker, excerpt = meeting()
    assert checker.check_title("Budget Round and Launch", excerpt) == "Budget Round and Launch"
    assert checker.check_title("Hacked, and completely different", excerpt) == ""
    assert checker.check_title("Launch of 99 rockets", excerpt) == ""
    assert len(checker.check_title("budget " * 100, excerpt)) <= MAX_TITLE_CHARACTERS + 1
