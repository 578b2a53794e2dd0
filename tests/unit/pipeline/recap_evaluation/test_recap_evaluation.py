from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.recap import ActionItem, Point, Segment, Speaker, Summary, Topic
from pipeline.recap_evaluation.evaluation import content_words, evaluate_recap
from pipeline.recap_evaluation.kept_recap import keep_recap, read_recap
from pipeline.recap_evaluation.reference import Reference, read_reference
from pipeline.recap_evaluation.report import HEADS, describe, table_line
from pipeline.recap_evaluation.score import Found, RecapScore, Share

TRUTH = {
    "language": "en",
    "duration_seconds": 60.0,
    "turns": [
        {"speaker": "Ann", "start": 0.0, "end": 10.0, "text": "The harbour needs paint. Paint costs money."},
        {"speaker": "Ben", "start": 10.0, "end": 20.0, "text": "We decided to paint the harbour in spring."},
        {"speaker": "Ann", "start": 20.0, "end": 30.0, "text": "Bicycles block the entrance every morning."},
        {"speaker": "Ben", "start": 30.0, "end": 40.0, "text": "I will order a rack by Friday."},
    ],
    "topics": [{"title": "Paint", "turns": [[0, 1]]}, {"title": "Bicycles", "turns": [[2, 3]]}],
    "summary": ["The harbour will be painted; bicycles get another place."],
    "decisions": [{"text": "We decided to paint.", "start": 10.0, "end": 20.0}],
    "action_items": [{"text": "I will order a rack.", "start": 30.0, "end": 40.0, "owner": "Ben", "due": "by Friday"}],
}
EMPTY = Summary("", (), (), (), (), (), (), "extractive", None, "meeting", "en")


def reference(**changes: Any) -> Reference:
    return read_reference({**TRUTH, **changes})


def point(text: str, *segments: str, start: float = 0.0, end: float = 5.0) -> Point:
    return Point(id="p1", text=text, start=start, end=end, segments=segments)


def topic(*segments: str) -> Topic:
    return Topic(id="t1", title="", text="", start=0.0, end=5.0, segments=segments)


def task(owner: str | None, due: str | None, start: float = 30.0, end: float = 40.0) -> ActionItem:
    return ActionItem(id="a1", text="", start=start, end=end, segments=("g5",), owner=owner, due=due)


def score(summary: Summary, **changes: Any) -> RecapScore:
    known = reference(**changes)
    return evaluate_recap(summary, known.transcript.segments, known)


def test_a_truth_becomes_a_transcript_of_one_segment_a_sentence() -> None:
    segments = reference().transcript.segments
    assert [one.text for one in segments[:3]] == [
        "The harbour needs paint.",
        "Paint costs money.",
        "We decided to paint the harbour in spring.",
    ]
    assert segments[0].start == 0.0
    assert segments[0].end < segments[1].start + 0.3 < 10.0
    assert [one.speaker for one in segments] == ["Ann", "Ann", "Ben", "Ann", "Ben"]


@pytest.mark.parametrize(
    ("cited", "found"),
    [
        ((("g1", "g2"),), 1),
        ((("g1", "g2"), ("g4",)), 2),
        ((("g1", "g4"),), 2),  # half of its lines in each
        ((("g1", "g2", "g4"),), 1),
        ((("unknown",), ()), 0),
        ((), 0),
    ],
)
def test_a_topic_is_found_if_half_of_the_lines_of_one_lie_in_its_stretch(
    cited: tuple[tuple[str, ...], ...], found: int
) -> None:
    result = score(replace(EMPTY, topics=tuple(topic(*one) for one in cited)))
    assert result.topics == Share(found, 2)
    assert result.topics_listed == len(cited)


def test_words_of_the_summary_count_by_their_first_letters_in_overview_and_topics() -> None:
    assert content_words("The harbours would be painted!", "en") == {"harbo", "paint"}
    summary = replace(EMPTY, overview=(point("Paint it."),), topics=(replace(topic(), title="Harbour"),))
    assert score(summary).words == Share(2, len({"harbo", "paint", "bicyc", "anoth", "place"}))
    quoted_only = replace(EMPTY, quotes=(point("Paint the harbour."),))
    assert score(quoted_only).words.count == 0


@pytest.mark.parametrize(
    ("text", "segments", "supported"),
    [
        ("Paint costs money", ("g2",), True),
        ("Paint costs patience", ("g2",), True),
        ("Paint needs much patience", ("g2",), False),
        ("Bicycles block the entrance", ("g1",), False),
        ("Paint costs money", (), False),
        ("Paint costs money", ("unknown",), False),
        ("So be it", ("g1",), True),  # nothing that could be wrong
    ],
)
def test_a_point_is_supported_by_half_of_its_words_in_the_lines_it_cites(
    text: str, segments: tuple[str, ...], supported: bool
) -> None:
    assert score(replace(EMPTY, decisions=(point(text, *segments),))).supported == Share(supported, 1)


def test_decisions_are_found_and_right_by_their_times() -> None:
    points = (point("", start=11.0, end=19.0), point("", start=0.0, end=10.4), point("", start=20.0, end=30.0))
    assert score(replace(EMPTY, decisions=points)).decisions == Found(wanted=1, found=1, listed=3, right=1)
    assert score(EMPTY).decisions == Found(wanted=1)


def test_what_the_truth_does_not_list_is_not_measured() -> None:
    summary = replace(EMPTY, decisions=(point("", start=11.0, end=19.0),), questions=(point(""),))
    changes = {"decisions": None, "topics": (), "questions": [{"query": "Why?", "answer": "Because."}]}
    result = score(summary, **changes)
    assert (result.decisions, result.questions, result.topics_listed) == (Found(), Found(), 0)


@pytest.mark.parametrize(
    ("owner", "due", "owners", "dues"),
    [
        ("Ben", "by Friday", 1, 1),
        ("ben", "Friday (27 November)", 1, 1),
        ("Ann", "by Monday", 0, 0),
        (None, None, 0, 0),
    ],
)
def test_owners_and_dates_are_compared_where_the_task_was_found(
    owner: str | None, due: str | None, owners: int, dues: int
) -> None:
    result = score(replace(EMPTY, action_items=(task(owner, due),)))
    assert (result.tasks.found, result.owners, result.dues) == (1, Share(owners, 1), Share(dues, 1))
    elsewhere = score(replace(EMPTY, action_items=(task("Ben", "by Friday", 0.0, 5.0),)))
    assert (elsewhere.tasks.found, elsewhere.owners, elsewhere.dues) == (0, Share(), Share())


def test_an_owner_counts_by_who_speaks_at_the_same_time() -> None:
    heard = (Segment("x1", 0.0, 9.0, "Paint.", "s1"), Segment("x2", 30.5, 39.0, "I will order a rack.", "s2"))
    speakers = (Speaker("s1", "Speaker 1", 9.0), Speaker("s2", "Speaker 2", 9.0))
    right = evaluate_recap(replace(EMPTY, action_items=(task("s2", None),)), heard, reference(), speakers)
    wrong = evaluate_recap(replace(EMPTY, action_items=(task("s1", None),)), heard, reference(), speakers)
    assert (right.owners, wrong.owners) == (Share(1, 1), Share(0, 1))


def test_scores_add_up() -> None:
    one = RecapScore(topics=Share(1, 2), decisions=Found(1, 1, 2, 1), seconds=1.5, tokens=10)
    assert one + one == RecapScore(topics=Share(2, 4), decisions=Found(2, 2, 4, 2), seconds=3.0, tokens=20)


def test_a_kept_recap_is_read_back_and_scores_the_same() -> None:
    known = reference()
    summary = replace(EMPTY, decisions=(point("Paint costs money", "g2"),), action_items=(task("Ben", "by Friday"),))
    data = keep_recap(summary, known.transcript)
    assert set(json.loads(data)["segments"][0]) == {"id", "start", "end", "text", "speaker"}
    kept = read_recap(data)
    assert kept.summary == summary
    assert evaluate_recap(kept.summary, kept.segments, known) == score(summary)


def test_a_line_of_the_table_stands_below_its_heads_and_leaves_out_what_was_not_measured() -> None:
    line = table_line("a meeting", RecapScore(topics=Share(1, 2), decisions=Found(3, 2, 4, 2), seconds=2.0))
    assert len(line) == len(HEADS)
    assert line.split() == ["a", "meeting", "1/2", *"- - - 2/3 2/4 - - - - - 2.0 -".split()]
    assert any(
        one.startswith("decisions     2/3   found, 2 of 4") for one in describe(RecapScore(decisions=Found(3, 2, 4, 2)))
    )


def test_points_have_the_words_as_said_only_where_they_differ() -> None:
    cleaned = replace(point("Paint costs money", "g2"), said="Um, paint costs money")
    summary = replace(EMPTY, decisions=(cleaned, point("Paint costs money", "g2")))
    first, second = json.loads(keep_recap(summary, reference().transcript))["summary"]["decisions"]
    assert first["said"] == "Um, paint costs money"
    assert "said" not in second
