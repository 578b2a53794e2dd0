"""The stretches that a model reads: whole, of about one size, or by topic; without lines that say nothing."""

from __future__ import annotations

from support.scripted_models import long_talk, talk

from pipeline.summarize.language_model.stretches import STRETCH_TOKENS, stretches, worth_reading
from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.language_model.transcript_lines import build_lines

LINE = "We talked for a long while about the plan and the office."


def sizes(*lines: str, starts: tuple[float, ...] = ()) -> list[int]:
    return [len(one) for one in stretches(build_lines(talk(*lines))[0], TokenCounter(), starts)]


def test_a_minute_is_one_stretch_and_longer_meetings_have_more() -> None:
    assert sizes(*[LINE] * 12) == [12]
    assert sizes(*[LINE] * 60) == [20, 20, 20]
    assert sizes() == []


def test_every_line_is_in_one_stretch_and_none_is_too_large() -> None:
    counter = TokenCounter()
    lines, _ = build_lines(long_talk(3, 30_000))
    found = stretches(lines, counter)
    assert [line for one in found for line in one] == lines
    assert max(sum(counter.count(line.prompt_text) + 1 for line in one) for one in found) <= STRETCH_TOKENS * 1.5


def test_stretches_begin_where_topics_begin() -> None:
    assert sizes(*[LINE] * 60, starts=(0.0, 75.0, 200.0)) == [15, 25, 20]
    assert sizes(*[LINE] * 60, starts=(75.0, 80.0, 200.0, 295.0)) == [15, 25, 20]  # others are too short


def test_lines_that_say_nothing_take_no_tokens() -> None:
    said = ("Good morning, everybody.", "Yeah.", "Mm, okay.", "Why?", "The venue is booked.", "Thank you very much.")
    lines, _ = build_lines(talk(*said))
    assert [one.text for one in worth_reading(lines, "en")] == ["Why?", "The venue is booked."]
    assert worth_reading(lines[1:3], "en") == lines[1:3]
    assert len(worth_reading(lines, "fi")) == 5
