"""What is worth a listen, by the API and on the page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from support import meetings
from support.api_shapes import DOUBT, has_shape
from support.visitors import Program

from core.database.tables import Recording, User
from pipeline.recap import Coverage, FailedWindow, Recap, Word


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Launch")


def finish(owner: User, change: Recap) -> Recording:
    return meetings.finish(meetings.upload(owner, change.title), change)


def make_recap(owner: User) -> Recap:
    return meetings.make_recap(meetings.upload(owner, "Another"))


def sure(recap: Recap) -> Recap:
    """The recap with words that are all certain."""

    def settle(words: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(replace(word, probability=1.0) for word in words)

    segments = tuple(replace(one, words=settle(one.words)) for one in recap.transcript.segments)
    return replace(recap, transcript=replace(recap.transcript, segments=segments))


def section_of(page: str) -> str:
    found = re.search(r'<section class="points" aria-labelledby="h-doubts">.*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def test_the_api_lists_doubts_with_their_words_in_order(program: Program, recording: Recording) -> None:
    answer = program.get(f"/recordings/{recording.id}/doubts").json
    items = answer["items"]
    assert answer["count"] == len(items) > 5
    assert all(has_shape(each, DOUBT) for each in items)
    ranks = [each["doubt"] * each["weight"] for each in items]
    assert ranks == sorted(ranks, reverse=True)
    transcript = program.get(f"/recordings/{recording.id}/transcript").json
    said = {segment["id"]: segment for segment in transcript["segments"]}
    for each in items:
        start, end = each["span"]
        assert said[each["segment"]]["text"][start:end] == each["text"]
        assert said[each["segment"]]["speaker"] == each["speaker"]


def test_a_limit_cuts_the_list_but_not_the_count(program: Program, recording: Recording) -> None:
    whole = program.get(f"/recordings/{recording.id}/doubts").json
    few = program.get(f"/recordings/{recording.id}/doubts?limit=2").json
    assert few == {"items": whole["items"][:2], "count": whole["count"]}
    refused = program.get(f"/recordings/{recording.id}/doubts?limit=none")
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "invalid_request")


def test_there_are_no_doubts_before_there_is_a_transcript(program: Program, alice: User) -> None:
    waiting = meetings.upload(alice, "Waiting")
    assert program.get(f"/recordings/{waiting.id}/doubts").status_code == 409
    assert program.get(f"/recordings/{waiting.id}/transcript").status_code == 409


def test_the_doubts_of_another_user_are_not_found(stranger: Program, recording: Recording) -> None:
    assert stranger.get(f"/recordings/{recording.id}/doubts").status_code == 404


def test_the_page_shows_ten_places_and_the_others_below(browser: FlaskClient, program: Program, alice: User) -> None:
    recap = make_recap(alice)
    windows = tuple(FailedWindow(5.0 + at, 6.5 + at, "no_words") for at in range(0, 40, 2))
    coverage = replace(recap.coverage, failed_windows=windows)
    recording = finish(alice, replace(recap, coverage=coverage))
    section = section_of(browser.get(f"/recordings/{recording.id}").text)
    shown, _, below = section.partition("Show more")
    count = program.get(f"/recordings/{recording.id}/doubts").json["count"]
    assert f'<span class="count">{count}</span>' in shown
    assert (shown.count("<li "), below.count("<li ")) == (10, count - 10)
    assert "Listening to these 10 takes" in shown
    assert "No words were recognised here" in below
    assert set(re.findall(r'href="#(t=[\d.]+)"', section)) <= set(
        re.findall(r'<article[^>]+id="(t=[\d.]+)"', browser.get(f"/recordings/{recording.id}").text)
    )


def test_words_in_doubt_stand_in_their_sentence_and_are_escaped(browser: FlaskClient, alice: User) -> None:
    recap = sure(make_recap(alice))
    first, *others = recap.transcript.segments
    text = "We open on <b>Friday</b> with Ben & Carol"
    doubtful = Word(first.start + 1, first.start + 2, "<b>Friday</b>", 0.2, first.speaker)
    segments = (replace(first, text=text, words=(doubtful,)), *others)
    recording = finish(alice, replace(recap, transcript=replace(recap.transcript, segments=segments)))
    section = section_of(browser.get(f"/recordings/{recording.id}").text)
    marked = '<span class="doubt">&lt;b&gt;Friday&lt;/b&gt;</span>'
    assert f"We open on {marked} with Ben &amp; Carol" in section
    assert "an unsure word" in section


def test_a_recap_without_doubts_says_so(browser: FlaskClient, alice: User) -> None:
    recording = finish(alice, sure(make_recap(alice)))
    assert "Nothing stands out." in section_of(browser.get(f"/recordings/{recording.id}").text)


def test_a_recording_without_words_has_no_such_section(browser: FlaskClient, alice: User) -> None:
    recap = make_recap(alice)
    silent = replace(recap.transcript, segments=(), speakers=())
    empty = dict.fromkeys(("overview", "topics", "decisions", "action_items", "questions", "quotes"), ())
    coverage = Coverage(60.0, 0.0, 0.0, 0.0)
    made = replace(recap, transcript=silent, summary=replace(recap.summary, **empty), coverage=coverage)
    page = browser.get(f"/recordings/{finish(alice, made).id}").text
    assert "Worth a listen" not in page
    assert "Nobody speaks in this recording." in page
