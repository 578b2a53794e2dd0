"""Many parts made one: lists are joined by code, the outline is written in rounds, and nothing gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from support.ollama_server import Body, OllamaServer, Reply, says
from support.ollama_tokens import count_like_a_tokeniser
from support.scripted_models import EMPTY, is_merge, lines_of, long_talk, reads_well, summarize, talk, user_of

from pipeline.recap import Segment
from pipeline.summarize.engine import SummaryOptions, SummaryResult, spoken_seconds
from pipeline.summarize.language_model.extracted_points import (
    ExtractedPoints,
    combine,
    remove_duplicates,
    sample_evenly,
)
from pipeline.summarize.language_model.grounded_points import GroundedPoint

LINE = "We talked for a long while about part {} of the plan, and then we decided to go on with it as it is."


def in_parts(server: OllamaServer, merge: Any = None, count: int = 600) -> SummaryResult:
    """The summary of a talk of several parts, each of which has one topic; `merge` replies to merges."""

    def script(body: Body) -> Reply:
        if is_merge(body):
            return merge(body) if callable(merge) else merge or reads_well(body)
        first = lines_of(body)[0]
        point = {"text": first[2], "segments": [first[0]]}
        topic = {**point, "title": f"Topic of {first[2].split()[8]}"}
        return says(
            EMPTY | {"title": "A part of the plan", "overview": [point], "topics": [topic], "decisions": [point]}
        )

    server.script = script
    return summarize(server, talk(*[LINE.format(n) for n in range(count)]), num_ctx=8192)


def merges(server: OllamaServer) -> list[Body]:
    return [body for body in server.chats if is_merge(body)]


def parts(server: OllamaServer) -> int:
    return len(server.chats) - len(merges(server))


def test_a_hundred_parts_are_merged_in_rounds_and_every_point_stays(ollama: OllamaServer) -> None:
    ollama.reading.count = count_like_a_tokeniser
    ollama.models["recap:latest"].window = 2048
    ollama.script = reads_well
    transcript = long_talk(6, 60_000)
    result = summarize(ollama, transcript, num_ctx=2048)
    assert parts(ollama) > 100
    assert 1 < len(merges(ollama)) < parts(ollama)
    assert result.missed == ()
    assert result.summarized_seconds == spoken_seconds(transcript.segments)
    said = {one.id for one in transcript.segments if "decided" in one.text}
    assert said == {id_ for one in result.summary.decisions for id_ in one.segments}
    assert 1 <= len(result.summary.overview) <= 6
    assert {body["options"]["num_ctx"] for body in ollama.chats} == {2048}


def test_what_the_merged_outline_cites_are_lines_that_its_notes_cite(ollama: OllamaServer) -> None:
    foreign = [{"text": "We talked about the plan", "segments": ["s2", "s99999"]}]
    result = in_parts(ollama, says(EMPTY | {"title": "Plan", "overview": foreign, "topics": foreign}))
    assert len(result.summary.topics) == parts(ollama)  # no note cites s2: the outline is put together by code
    assert all(one.segments != ("g1",) for one in (*result.summary.overview, *result.summary.topics))


@pytest.mark.parametrize(
    "reply",
    [
        says({"title": "cut"}, done_reason="length"),
        says("I am sorry, but"),
        says(EMPTY | {"overview": [{"text": "We talked about 4711 plans", "segments": ["s1"]}]}),
    ],
    ids=["cut", "not JSON", "a number nobody said"],
)
def test_an_outline_that_cannot_be_used_is_asked_for_in_halves_then_put_together(
    ollama: OllamaServer, reply: Reply
) -> None:
    result = in_parts(ollama, reply)
    count = parts(ollama)
    assert count >= 3
    assert len(merges(ollama)) >= 2
    assert len(result.summary.topics) == len(result.summary.decisions) == count
    assert len(result.summary.overview) == min(6, count)
    assert (result.missed, result.warnings) == ((), ())


def test_the_half_of_an_outline_that_works_is_kept(ollama: OllamaServer) -> None:
    def merge(body: Body) -> Reply:
        return says("no") if "part 0 of" in user_of(body) else reads_well(body)

    result = in_parts(ollama, merge, 800)
    assert parts(ollama) >= 4
    assert len(result.summary.topics) >= parts(ollama) - 1


def test_parts_that_the_outline_forgets_keep_their_topics(ollama: OllamaServer) -> None:
    result = in_parts(
        ollama,
        says(EMPTY | {"title": "Plan", "overview": [{"text": "We talked about the plan", "segments": ["s1"]}]}),
    )
    assert [one.text for one in result.summary.overview] == ["We talked about the plan"]
    assert len(result.summary.topics) == parts(ollama) - 1
    assert [one.start for one in result.summary.topics] == sorted(one.start for one in result.summary.topics)


def test_an_endless_overview_is_cut_to_some_sentences(ollama: OllamaServer) -> None:
    points = [{"text": f"We talked about the plan, {word}", "segments": ["s1"]} for word in "abcdefghijkl"]
    result = in_parts(ollama, says(EMPTY | {"title": "Plan", "overview": points}))
    assert len(result.summary.overview) == 6


def point(text: str, number: int, **more: Any) -> GroundedPoint:
    segment = Segment(f"g{number}", float(number), number + 1.0, text)
    return GroundedPoint(text, (f"s{number}",), (segment,), **more)


def test_what_is_told_twice_is_one_point_with_the_proof_of_both() -> None:
    twice = [point("Launch is postponed to 1 June.", 9), point("The launch is postponed to 1 June", 3)]
    (kept,) = remove_duplicates(twice, "en")
    assert (kept.text, kept.ids, kept.start) == ("The launch is postponed to 1 June", ("s3", "s9"), 3.0)
    assert len(remove_duplicates(twice, "fi")) == 2  # no list of small words: only what is the same word for word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We ship on Friday", "We do not ship on Friday"),
        ("Wir liefern am Freitag", "Wir liefern nicht am Freitag"),
        ("Budget of 100 euros", "Budget of 1000 euros"),
        ("Ann reports to Ben", "Ben reports to Ann"),
    ],
)
def test_what_says_something_else_stays_apart(one: str, other: str) -> None:
    assert len(remove_duplicates([point(one, 1), point(other, 2)], "de" if "Wir" in one else "en")) == 2


def test_one_task_for_two_people_is_two_tasks() -> None:
    tasks = [point("Read the report", 1, owner="p1"), point("Read the report", 2, owner="p2")]
    assert len(remove_duplicates(tasks, "en")) == 2


def test_gathering_keeps_all_points_in_order_of_time_and_some_of_the_overviews() -> None:
    found = [
        ExtractedPoints(
            title="" if n == 1 else f"Part {n}",
            overview=[point(f"overview {n}", n)],
            decisions=[point(f"decision {n}", n)],
            read=frozenset({f"s{n}"}),
        )
        for n in range(1, 21)
    ]
    whole = combine(found, "en")
    assert whole.title == "Part 2"
    assert [one.start for one in whole.decisions] == [float(n) for n in range(1, 21)]
    assert len(whole.overview) == 6
    assert whole.read == {f"s{n}" for n in range(1, 21)}
    assert sample_evenly(whole.decisions, 50) == whole.decisions


def test_the_summary_of_one_part_is_that_part(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    result = summarize(ollama, talk("Hello there."), SummaryOptions())
    assert merges(ollama) == []
    assert result.summary.title == "A part"
