"""Many parts made one: code joins the lists, the overview is written in rounds, and nothing gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from support.ollama_server import Body, OllamaServer, Reply, says
from support.ollama_tokens import count_like_a_tokeniser
from support.scripted_models import (
    is_merge,
    is_reading,
    lines_of,
    long_talk,
    reads_well,
    summarize,
    sums_up,
    talk,
    tells,
    user_of,
)

from pipeline.recap import Point, Segment
from pipeline.summarize.engine import SummaryOptions, SummaryResult, spoken_seconds
from pipeline.summarize.language_model.extracted_points import (
    ExtractedPoints,
    as_topic_of,
    combine,
    fill,
    remove_duplicates,
    sample_evenly,
)
from pipeline.summarize.language_model.grounded_points import GroundedPoint

LINE = "We talked for a long while about part {} of the plan, and then we went on with it as it is."


def in_parts(server: OllamaServer, merge: Any = None, count: int = 400) -> SummaryResult:
    """The summary of a talk of several parts, each of which has one fact; `merge` replies to merges."""

    def script(body: Body) -> Reply:
        if is_merge(body):
            return merge(body) if callable(merge) else merge or reads_well(body)
        first = lines_of(body)[0]
        return tells(
            title=f"Part {first[2].split()[8]} of the plan", overview=[{"lines": [first[0]], "text": first[2]}]
        )

    server.script = script
    return summarize(server, talk(*[LINE.format(n) for n in range(count)]), num_ctx=8192)


def of_the_model(result: SummaryResult) -> list[Point]:
    """The sentences of the overview that are no quotes."""
    return [one for one in result.summary.overview if one.proof != "quote"]


def merges(server: OllamaServer) -> list[Body]:
    return [body for body in server.chats if is_merge(body)]


def parts(server: OllamaServer) -> int:
    return len([body for body in server.chats if is_reading(body)])


def test_a_hundred_parts_are_summed_up_in_rounds_and_every_point_stays(ollama: OllamaServer) -> None:
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
    assert said <= {id_ for one in result.summary.decisions for id_ in one.segments}
    assert 1 <= len(result.summary.overview) <= 6
    assert {body["options"]["num_ctx"] for body in ollama.chats} == {2048}


def test_each_part_is_a_topic_that_cites_the_lines_of_its_points(ollama: OllamaServer) -> None:
    summary = in_parts(ollama).summary
    assert len(summary.topics) == parts(ollama)
    for topic in summary.topics:
        number = topic.title.split()[1]
        assert LINE.format(number) in topic.text  # and a quote, because the model told so little
        assert f"g{number}" in topic.segments


def test_a_sentence_of_the_overview_cites_the_lines_of_the_notes_it_sums_up(ollama: OllamaServer) -> None:
    sentence = {"lines": ["n1", "n2", "n99"], "text": "They talked a long while about the plan, and went on."}
    result = in_parts(ollama, sums_up("Plan", sentence))
    (point,) = of_the_model(result)
    assert (point.text, point.proof) == (sentence["text"], "lines")
    first, second = result.summary.topics[:2]
    assert set(point.segments) <= {*first.segments, *second.segments}


def test_a_sentence_that_its_notes_do_not_bear_is_looked_for_in_the_others(ollama: OllamaServer) -> None:
    def merge(body: Body) -> Reply:
        last = user_of(body).splitlines()[-3].partition("] ")[2].split()[8]
        return sums_up("Plan", {"lines": ["n1"], "text": f"They went on with part {last} of the plan as it is."})

    (point,) = of_the_model(in_parts(ollama, merge))
    assert point.proof == "anchored"
    assert point.segments != ("g0",)


@pytest.mark.parametrize(
    "reply",
    [
        says({"title": "cut"}, done_reason="length"),
        says("I am sorry, but"),
        sums_up("Plan", {"lines": ["n1"], "text": "We talked about 4711 plans"}),
    ],
    ids=["cut", "not JSON", "a number nobody said"],
)
def test_an_overview_that_cannot_be_used_is_asked_for_in_halves_then_put_together(
    ollama: OllamaServer, reply: Reply
) -> None:
    result = in_parts(ollama, reply)
    count = parts(ollama)
    assert count >= 3
    assert len(merges(ollama)) >= 2
    assert len(result.summary.topics) == count
    assert len(result.summary.overview) == min(6, count)
    assert (result.missed, result.warnings) == ((), ())


def test_the_half_of_an_overview_that_works_is_kept(ollama: OllamaServer) -> None:
    def merge(body: Body) -> Reply:
        return says("no") if "part 0 of" in user_of(body) else reads_well(body)

    result = in_parts(ollama, merge)
    assert parts(ollama) >= 4
    assert len(result.summary.topics) == parts(ollama)
    assert 1 <= len(result.summary.overview) <= 6


def test_an_endless_overview_is_cut_to_some_sentences(ollama: OllamaServer) -> None:
    sentences = [{"lines": ["n1"], "text": f"We talked about the plan, part 0, {word}"} for word in "abcdefghijkl"]
    result = in_parts(ollama, sums_up("Plan", *sentences))
    assert len(result.summary.overview) == 6


def point(text: str, number: int, **more: Any) -> GroundedPoint:
    segment = Segment(f"g{number}", float(number), number + 1.0, text)
    return GroundedPoint(text, (segment,), **more)


def test_what_is_told_twice_is_one_point_with_the_proof_of_both() -> None:
    twice = [point("Launch is postponed to 1 June.", 9), point("The launch is postponed to 1 June", 3)]
    (kept,) = remove_duplicates(twice, "en")
    assert (kept.text, kept.segment_ids, kept.start) == ("The launch is postponed to 1 June", ("g3", "g9"), 3.0)
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
            read=point("", n).segments,
        )
        for n in range(1, 21)
    ]
    whole = combine(found, "en")
    assert whole.title == "Part 2"
    assert [one.start for one in whole.decisions] == [float(n) for n in range(1, 21)]
    assert len(whole.overview) == 6
    assert [one.id for one in whole.read] == [f"g{n}" for n in range(1, 21)]
    assert sample_evenly(whole.decisions, 50) == whole.decisions


def test_a_topic_without_a_title_is_called_by_its_first_point() -> None:
    (topic,) = as_topic_of(ExtractedPoints(overview=[point("The venue is booked.", 2), point("It is large.", 3)]))
    assert (topic.title, topic.text) == ("The venue is booked.", "The venue is booked. It is large.")
    assert topic.segment_ids == ("g2", "g3")
    assert as_topic_of(ExtractedPoints()) == []


def test_a_short_overview_is_filled_up_with_quotes_from_elsewhere() -> None:
    quotes = [point(f"quote {n}", n, proof="quote") for n in (1, 2, 9)]
    filled = fill([point("The model's", 2)], quotes, 3)
    assert [one.text for one in filled] == ["quote 1", "The model's", "quote 9"]
    full = [point(f"sentence {n}", n) for n in range(3)]
    assert fill(full, quotes, 3) == full


def test_a_meeting_of_one_stretch_has_an_overview_and_no_topics(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    result = summarize(ollama, talk("The venue is booked now."), SummaryOptions())
    assert merges(ollama) == []
    assert (result.summary.title, result.summary.topics) == ("The venue is booked now.", ())
    assert [one.text for one in result.summary.overview] == ["The venue is booked now."]
