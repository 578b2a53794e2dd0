"""Transcripts of any length: chunks, windows, what could not be read, and prompts that were cut on the way."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from support.ollama_server import Body, OllamaServer, Reply, prompt_of, says
from support.ollama_tokens import count_like_a_tokeniser
from support.scripted_models import (
    FILLER,
    answers,
    fails_on,
    is_reading,
    lines_of,
    long_talk,
    reads_well,
    summarize,
    summarizer,
    talk,
    tells,
)

from pipeline.errors import OllamaUnreachable
from pipeline.recap import Segment, Transcript
from pipeline.summarize.engine import SummaryOptions, spoken_seconds
from pipeline.summarize.language_model import chunked_reading
from pipeline.summarize.language_model.stretches import MOST_NEEDED, SPARE_POINTS, stretches


@pytest.fixture(autouse=True)
def _even_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences that are all alike have no topics; what is told of the size of stretches holds without any."""
    monkeypatch.setattr(chunked_reading, "stretches", lambda lines, counter, _starts: stretches(lines, counter))


SAME = "We have so much to say about everything that no window is ever large enough."


def test_three_hours_of_thirty_thousand_words_are_read_whole_in_a_window_of_8192_tokens(ollama: OllamaServer) -> None:
    ollama.reading.count = count_like_a_tokeniser
    ollama.script = reads_well
    transcript = long_talk(3, 30_000)
    assert sum(len(one.text.split()) for one in transcript.segments) == 30_000
    assert transcript.segments[-1].end == pytest.approx(3 * 3600, abs=10)
    reported: list[float] = []
    result = summarizer(ollama, num_ctx=8192).summarize(transcript, SummaryOptions(), reported.append)
    assert result.summarized_seconds == spoken_seconds(transcript.segments)
    assert (result.warnings, result.missed) == ((), ())
    assert {body["options"]["num_ctx"] for body in ollama.chats} == {8192}
    assert all(count_like_a_tokeniser(prompt_of(body)) + 2048 < 8192 for body in ollama.chats)
    told = [text for body in ollama.chats if is_reading(body) for _, _, text in lines_of(body)]
    said = [one.text for one in transcript.segments]
    assert [one for one in said if len(one.split()) > 8] == [one for one in told if len(one.split()) > 8]
    assert not {"Thank you.", "Okay."} & set(told)  # what says nothing takes no tokens
    assert 1 <= len(result.summary.overview) <= 6
    assert reported == sorted(reported)
    assert (reported[0], reported[-1]) == (0.0, 1.0)


def test_what_the_model_counted_makes_the_pieces_larger(ollama: OllamaServer) -> None:
    ollama.reading.count = count_like_a_tokeniser
    ollama.script = reads_well
    summarize(ollama, talk(*[f"{SAME} {SAME} {SAME} {SAME}"] * 100), num_ctx=2048)
    sizes = [len(prompt_of(body)) for body in ollama.chats if is_reading(body)]
    assert max(sizes[1:]) > 1.05 * sizes[0]


def test_a_stretch_that_keeps_failing_is_named_and_the_rest_is_read(ollama: OllamaServer) -> None:
    ollama.reading.count = count_like_a_tokeniser
    transcript = long_talk(3, 30_000)
    place = len(transcript.segments) // 2
    segments = list(transcript.segments)
    segments[place] = Segment("bad", segments[place].start, segments[place].end, "Poison is said here.")
    transcript = Transcript("en", 1.0, transcript.duration_seconds, transcript.speakers, tuple(segments))
    ollama.script = fails_on("Poison", says("junk"))
    result = summarize(ollama, transcript, num_ctx=8192)
    ((start, end),) = result.missed
    assert start <= segments[place].start < segments[place].end <= end
    assert end - start < 600
    whole = spoken_seconds(transcript.segments)
    lost = spoken_seconds(one for one in segments if start <= one.start < end)
    assert result.summarized_seconds == pytest.approx(whole - lost)
    (warning,) = result.warnings
    assert warning.code == "summary_incomplete"
    assert f"{int(start) // 3600:02}:{int(start) // 60 % 60:02}:{int(start) % 60:02}-" in warning.message


@pytest.mark.parametrize(
    "reply",
    [
        says({"title": "cut"}, done_reason="length"),
        says("I am sorry, but"),
        tells(),
        Reply(status=400, late_error="invalid grammar"),
        tells(overview=[{"lines": [], "text": "Nothing of this was ever mentioned."}]),
        tells(overview=[{"lines": ["s1"], "text": "They talked about 4711 offices."}]),
    ],
    ids=["cut", "not JSON", "empty", "refused", "without proof", "a number nobody said"],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again_in_halves_and_quarters(
    ollama: OllamaServer, reply: Reply
) -> None:
    lines = [FILLER] * 60
    lines[45] = f"{FILLER} Poison."
    ollama.script = fails_on("Poison", reply)
    transcript = talk(*lines)
    result = summarize(ollama, transcript)
    reading = [len(lines_of(body)) for body in ollama.chats if is_reading(body)]
    assert reading == [20, 20, 20, 10, 5, 5, 10]
    assert result.missed == ((225.0, 249.0),)
    assert result.summarized_seconds == pytest.approx(spoken_seconds(transcript.segments) * 55 / 60)
    assert [warning.code for warning in result.warnings] == ["summary_incomplete"]
    assert "00:03:45-00:04:09" in result.warnings[0].message


def test_an_answer_as_full_as_it_may_be_of_more_than_facts_is_asked_for_again_smaller(ollama: OllamaServer) -> None:
    most = MOST_NEEDED + SPARE_POINTS

    def script(body: Body) -> Reply:
        if not is_reading(body):
            return reads_well(body)
        points = [{"lines": [id_], "text": text} for id_, _, text in lines_of(body)]
        return tells(title="Plan", decisions=points[:most])

    ollama.script = script
    transcript = talk(*[f"It was settled how part {number} of the plan is to go on." for number in range(20)])
    summary = summarize(ollama, transcript).summary
    sizes = [len(lines_of(body)) for body in ollama.chats if is_reading(body)]
    assert len(sizes) > 2
    assert min(sizes) < most
    assert len(summary.decisions) == 20


def test_what_a_model_repeats_is_one_point(ollama: OllamaServer) -> None:
    again = [{"lines": ["s1"], "text": "We talked about the office move"}] * (MOST_NEEDED + SPARE_POINTS)
    ollama.script = answers(title="Office move", overview=again)
    result = summarize(ollama, talk(*[FILLER] * 10))
    texts = [one.text for one in result.summary.overview]
    assert (result.missed, texts.count("We talked about the office move")) == ((), 1)


def test_an_answer_gets_the_room_that_the_prompt_leaves(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    summarize(ollama, talk(FILLER), num_ctx=4096)
    summarize(ollama, talk(*[FILLER] * 400), num_ctx=8192)
    for body in ollama.chats:
        window, answer = body["options"]["num_ctx"], body["options"]["num_predict"]
        assert answer >= window // 4
        assert answer + count_like_a_tokeniser(prompt_of(body)) <= window
    assert ollama.chats[0]["options"]["num_predict"] > 3000


def test_stretches_without_a_line_read_between_them_are_named_as_one(ollama: OllamaServer) -> None:
    lines = [FILLER] * 60
    lines[38] = lines[42] = f"{FILLER} Poison."
    ollama.script = fails_on("Poison", says("junk"))
    assert summarize(ollama, talk(*lines)).missed == ((175.0, 224.0),)


def test_a_model_that_fails_from_the_beginning_is_not_asked_for_hours(ollama: OllamaServer) -> None:
    ollama.plays(says("junk"))
    with pytest.raises(OllamaUnreachable, match="no usable answer"):
        summarize(ollama, long_talk(3, 30_000), num_ctx=8192)
    assert len(ollama.chats) == 3 * (1 + 2 + 4)


def test_a_prompt_that_turns_out_too_long_is_halved_until_it_fits(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    transcript = talk(*[SAME] * 300)
    # the card still says more than the server has room for
    ollama.models["recap:latest"].window = 4096
    result = summarize(ollama, transcript, window=32768)
    assert len(ollama.chats) > 3
    assert result.summarized_seconds == pytest.approx(spoken_seconds(transcript.segments))
    assert len({body["options"]["num_ctx"] for body in ollama.chats}) == 1


def test_a_language_that_takes_many_tokens_is_learned_from_the_refusal(ollama: OllamaServer) -> None:
    ollama.reading.count = lambda text: len(text.encode())
    ollama.script = reads_well
    transcript = talk(*[SAME] * 300)
    result = summarize(ollama, transcript, num_ctx=8192)
    assert result.summarized_seconds == pytest.approx(spoken_seconds(transcript.segments))
    sizes = [len(lines_of(body)) for body in ollama.chats if is_reading(body)]
    refused = [size for size, after in pairwise(sizes) if after < size * 0.6]
    assert len(refused) <= 3  # the first chunk, until one fits; all later ones are small enough at once


@pytest.mark.parametrize("keeps_window", [True, False], ids=["to the window", "to half of it"])
@pytest.mark.parametrize("bytes_per_token", [1, 4], ids=["many tokens", "few tokens"])
def test_a_server_that_cuts_prompts_in_silence_is_noticed(
    ollama: OllamaServer, keeps_window: bool, bytes_per_token: int
) -> None:
    ollama.knows_shift = False
    ollama.reading.keeps_window = keeps_window
    ollama.reading.count = lambda text: len(text.encode()) // bytes_per_token
    window = 8192 if bytes_per_token == 1 else 3000
    ollama.models["recap:latest"].window = window
    read: list[str] = []

    def script(body: Body) -> Reply:
        if len(prompt_of(body).encode()) // bytes_per_token < window and is_reading(body):
            read.extend(text for _, _, text in lines_of(body))
        return reads_well(body)

    ollama.script = script
    transcript = talk(*[f"{SAME} {number}" for number in range(300)])
    result = summarize(ollama, transcript, window=32768)
    assert result.missed == ()
    assert result.summarized_seconds == pytest.approx(spoken_seconds(transcript.segments))
    assert read == [one.text for one in transcript.segments]  # each line in one prompt that was not cut


@pytest.mark.parametrize("retries", [False, True], ids=["", "after a failure"])
def test_a_count_without_the_tokens_from_the_cache_is_no_cut(ollama: OllamaServer, retries: bool) -> None:
    ollama.reading.leaves_out_cached = True
    failed: list[int] = []

    def script(body: Body) -> Reply:
        if retries and len(ollama.chats) % 3 == 1 and len(ollama.chats) not in failed:
            failed.append(len(ollama.chats))
            return Reply(breaks_off=True)
        return reads_well(body)

    ollama.script = script
    transcript = talk(*[f"{SAME} {number}" for number in range(600)])
    result = summarize(ollama, transcript, num_ctx=8192)
    assert result.missed == ()
    reading = [body for body in ollama.chats if is_reading(body)]
    told = [text for body in reading for _, _, text in lines_of(body)]
    assert sorted(set(told), key=told.index) == [one.text for one in transcript.segments]
    assert len(reading) - len(failed) < 14  # none was taken for cut and read again in halves


def test_the_halves_of_a_prompt_in_the_cache_are_taken_though_few_of_their_tokens_count(ollama: OllamaServer) -> None:
    ollama.reading.leaves_out_cached = True
    lines = [f"{FILLER} {number}" for number in range(60)]
    ollama.script = lambda body: says("junk") if len(lines_of(body)) == 20 else reads_well(body)
    result = summarize(ollama, talk(*lines))
    assert [len(lines_of(body)) for body in ollama.chats if is_reading(body)] == [20, 10, 10] * 3
    assert result.missed == ()


def test_instructions_left_in_the_cache_by_another_job_are_no_sign_of_a_cut(ollama: OllamaServer) -> None:
    ollama.reading.leaves_out_cached = True
    ollama.script = reads_well
    for number in range(2):
        result = summarize(ollama, talk(*[f"{SAME} {number}"] * 20), unload=False)
        assert result.missed == ()
    assert len([body for body in ollama.chats if is_reading(body)]) == 4  # two stretches, each once


def test_one_segment_of_an_hour_is_read_in_pieces_too(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    text = " ".join(["This is a very long speech without any end in sight."] * 1500)
    transcript = Transcript("en", 1.0, 3600.0, (), (Segment("g0", 0.0, 3600.0, text),))
    result = summarize(ollama, transcript, num_ctx=8192)
    assert len(ollama.chats) > 3
    assert result.summarized_seconds == pytest.approx(3600.0)


def test_a_line_that_does_not_fit_is_cut_in_two_until_it_does(ollama: OllamaServer) -> None:
    ollama.reading.count = lambda text: len(text.encode())  # one token a byte
    ollama.script = reads_well
    text = "Wir reden lange und ohne Punkt " * 45
    transcript = talk(text, text, language="de")
    result = summarize(ollama, transcript, num_ctx=4096)
    assert result.missed == ()
    fitting = [body for body in ollama.chats if len(prompt_of(body)) < 4096 and is_reading(body)]
    told = " ".join(text for body in fitting for _, _, text in lines_of(body))
    assert told.split() == f"{text} {text}".split()


def test_a_window_too_small_for_anything_gives_quotes_not_an_endless_loop(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    with pytest.raises(OllamaUnreachable):
        summarize(ollama, talk(*[FILLER] * 60), num_ctx=256)


@pytest.mark.parametrize(
    ("settings", "chosen"),
    [
        ({}, 32768),
        ({"memory_window": 12_000}, 12_000),
        ({"memory_window": 200_000}, 32768),
        ({"window": 4096, "memory_window": 12_000}, 4096),
        ({"num_ctx": 6000, "memory_window": 4000}, 6000),
        ({"num_ctx": 60_000, "window": 20_000}, 20_000),
    ],
    ids=["need", "memory", "more memory than need", "training", "set by hand", "set above training"],
)
def test_one_window_is_chosen_by_need_training_and_memory_for_all_calls(
    ollama: OllamaServer, settings: dict[str, Any], chosen: int
) -> None:
    ollama.models["recap:latest"].window = 131_072
    ollama.script = reads_well
    summarize(ollama, long_talk(3, 30_000), **{"window": 131_072, **settings})
    assert {body["options"]["num_ctx"] for body in ollama.chats} == {chosen}
