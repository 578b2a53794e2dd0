"""Lines and chunks: every segment in exactly one chunk, every chunk fits, cuts where somebody pauses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pipeline.recap import Segment, Speaker, Transcript
from pipeline.summarize.language_model.chunking import SHORTEST_HALF, halve, take_chunk
from pipeline.summarize.language_model.context_window import choose_window
from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.language_model.transcript_lines import (
    MAX_LINE_CHARACTERS,
    MAX_NAME_CHARACTERS,
    TranscriptLine,
    build_lines,
)

WORDS = ("wort", "word", "слово", "詞語", "a.", "end?", "ที่", "x" * 40)


def split_lines(lines: list[TranscriptLine], budget: int, counter: TokenCounter) -> list[list[TranscriptLine]]:
    """All chunks, as a reader takes them one by one."""
    rest, chunks = list(lines), []
    while rest:
        chunk, rest = take_chunk(rest, budget, counter)
        chunks.append(chunk)
    return chunks


@some.composite
def transcripts(draw: some.DrawFn) -> Transcript:
    """Segments of all lengths, scripts and pauses, some empty, some at the same time."""
    segments, at = [], 0.0
    for number in range(draw(some.integers(1, 60))):
        words = draw(some.lists(some.sampled_from(WORDS), max_size=4))
        text = " ".join(words * draw(some.sampled_from((1, 1, 3, 20, 200))))
        length = draw(some.floats(0.0, 20.0))
        speaker = draw(some.sampled_from(("p1", "p2", None)))
        segments.append(Segment(f"g{number}", at, at + length, text, speaker))
        at += length * draw(some.sampled_from((0.0, 1.0, 1.0, 1.5)))
    return Transcript("en", 1.0, at, (Speaker("p1", "Ann", 1.0), Speaker("p2", "Ben", 1.0)), tuple(segments))


@settings(max_examples=150, deadline=None)
@given(transcripts(), some.integers(400, 20_000), some.floats(1.0, 5.0))
def test_every_segment_is_in_exactly_one_piece_in_order_and_every_piece_fits(
    transcript: Transcript, budget: int, bytes_per_token: float
) -> None:
    counter = TokenCounter()
    counter.bytes_per_token = bytes_per_token
    lines, by_id = build_lines(transcript)
    chunks = split_lines(lines, budget, counter)
    assert [line for chunk in chunks for line in chunk] == lines
    for chunk in chunks:
        assert chunk
        assert len(chunk) == 1 or sum(counter.count(line.prompt_text) + 1 for line in chunk) <= budget
    spoken = [one for one in transcript.segments if one.text.strip()]
    assert sorted(by_id.values(), key=lambda one: one.id) == sorted(spoken, key=lambda one: one.id)
    for short, segment in by_id.items():
        mine = [line for line in lines if line.id == short]
        assert " ".join(line.text for line in mine).split() == segment.text.split()
        assert (mine[0].start, mine[-1].end) == (segment.start, pytest.approx(segment.end))


@settings(max_examples=100, deadline=None)
@given(transcripts(), some.integers(400, 20_000))
def test_pieces_are_no_more_than_their_size_asks_for(transcript: Transcript, budget: int) -> None:
    counter = TokenCounter()
    lines, _ = build_lines(transcript)
    sizes = [counter.count(line.prompt_text) + 1 for line in lines]
    chunks = split_lines(lines, budget, counter)
    # two neighbours could not be one: a chunk is at worst half empty, a single line too large is one by itself
    assert len(chunks) <= 2 * sum(sizes) / budget + 1 + sum(1 for size in sizes if size > budget / 2)


@settings(max_examples=30, deadline=None)
@given(transcripts())
def test_halves_hold_all_lines_and_end_at_lines_too_short_to_cut(transcript: Transcript) -> None:
    lines, _ = build_lines(transcript)
    if not lines:
        return
    left = [lines]
    ends = []
    while left:
        chunk = left.pop(0)
        halves = halve(chunk)
        assert len(halves) in (0, 2)
        assert all(halves) or not halves
        if not halves:
            assert len(chunk) == 1
            assert len(chunk[0].text) < 2 * SHORTEST_HALF
            ends.append(chunk[0])
        left = [*halves, *left]
    assert "".join("".join(one.text for one in ends).split()) == "".join("".join(one.text for one in lines).split())


def lines_with_pauses(pauses: list[float], speakers: str) -> list[TranscriptLine]:
    """Lines of 3 s and one size; a pause before each, and a letter for each one's speaker."""
    lines, at = [], 0.0
    for number, (pause, speaker) in enumerate(zip(pauses, speakers, strict=True)):
        at += pause
        lines.append(TranscriptLine(f"s{number + 1}", speaker, "x" * 95, at, at + 3.0))
        at += 3.0
    return lines


@pytest.mark.parametrize(
    ("pauses", "speakers", "cut"),
    [
        ([0.0] * 20, "A" * 20, 10),
        ([0.0] * 12 + [5.0] + [0.0] * 7, "A" * 20, 12),
        ([0.0] * 20, "A" * 9 + "B" * 11, 9),
        ([0.0] * 12 + [1.0] + [0.0] * 7, "A" * 9 + "B" * 11, 9),
        ([0.0] * 12 + [3.0] + [0.0] * 7, "A" * 9 + "B" * 11, 12),
        ([0.0] * 16 + [9.0] + [0.0] * 3, "A" * 20, 10),
    ],
    ids=["middle", "silence", "speaker", "speaker before short silence", "long silence before speaker", "too far"],
)
def test_the_cut_is_at_a_pause_or_a_change_of_speaker_near_the_wanted_place(
    pauses: list[float], speakers: str, cut: int
) -> None:
    lines = lines_with_pauses(pauses, speakers)
    size = TokenCounter().count(lines[0].prompt_text) + 1
    chunk, rest = take_chunk(lines, 14 * size, TokenCounter())
    assert (len(chunk), len(rest)) == (cut, 20 - cut)


def test_a_segment_of_several_lines_is_kept_together_where_there_is_another_place() -> None:
    texts = ("Word. " * 233, "Words. " * 314, "Word. " * 400)
    segments = [Segment(f"g{at}", at, at + 1, text.strip()) for at, text in enumerate(texts)]
    lines, _ = build_lines(Transcript("en", 1.0, 3.0, (), tuple(segments)))
    assert [line.id for line in lines] == ["s1", "s2", "s2", "s3", "s3"]  # the middle is within the second
    first, second = split_lines(lines, 1300, TokenCounter())
    assert ([line.id for line in first], [line.id for line in second]) == (["s1", "s2", "s2"], ["s3", "s3"])


def test_text_without_a_blank_is_cut_all_the_same() -> None:
    text = "詞" * 5000
    lines, _ = build_lines(Transcript("zh", 1.0, 60.0, (), (Segment("g", 0.0, 60.0, text),)))
    assert "".join(line.text for line in lines) == text
    assert max(len(line.text) for line in lines) == MAX_LINE_CHARACTERS


def test_a_long_name_does_not_take_the_room_of_what_is_said() -> None:
    people = (Speaker("p1", "Ann " * 400, 1.0),)
    (line,), _ = build_lines(Transcript("en", 1.0, 9.0, people, (Segment("g", 0.0, 9.0, "Hello.", "p1"),)))
    assert len(line.speaker) <= MAX_NAME_CHARACTERS


def test_the_window_is_the_smallest_that_fits_within_training_and_limit() -> None:
    assert choose_window(100, 131072, 32768) == 8192
    assert choose_window(9000, 131072, 32768) == 16384
    assert choose_window(90_000, 131072, 32768) == 32768
    assert choose_window(90_000, 2048, 32768) == 2048
    assert choose_window(9000, None, 32768) == 16384
