from __future__ import annotations

import random

import pytest

from pipeline.recap import Segment, Speaker, Transcript
from pipeline.summarize.evidence import is_said, normalized
from pipeline.summarize.pieces import LINE_CHARACTERS, TokenCounter, build_lines, choose_window, split_lines


def random_transcript(chance: random.Random) -> Transcript:
    segments, at = [], 0.0
    for number in range(chance.randint(1, 400)):
        text = " ".join(
            chance.choice(("wort", "word", "слово", "詞語", "a.")) for _ in range(chance.choice((1, 9, 600)))
        )
        length = chance.uniform(0.1, 20.0)
        segments.append(Segment(f"g{number}", at, at + length, text, chance.choice(("p1", "p2", None))))
        at += length * chance.uniform(0.5, 1.5)
    return Transcript("en", 1.0, at, (Speaker("p1", "Ann", 1.0), Speaker("p2", "Ben", 1.0)), tuple(segments))


@pytest.mark.parametrize("seed", range(40))
def test_every_segment_is_in_the_pieces_whole_and_once_and_every_piece_fits(seed: int) -> None:
    chance = random.Random(seed)
    transcript = random_transcript(chance)
    counter = TokenCounter()
    budget = chance.choice((2000, 5400, 24000))
    lines, by_id = build_lines(transcript)
    pieces = split_lines(lines, budget, counter)
    assert [line for piece in pieces for line in piece] == lines
    for piece in pieces:
        assert sum(counter.count(line.text) + 1 for line in piece) <= budget
    for short, segment in by_id.items():
        told = " ".join(line.text.partition(": ")[2] for line in lines if line.id == short)
        assert told.split() == segment.text.split()
        mine = [line for line in lines if line.id == short]
        assert (mine[0].start, mine[-1].end) == (segment.start, pytest.approx(segment.end))
    assert len(by_id) == len(transcript.segments)


def test_text_without_a_blank_is_cut_all_the_same() -> None:
    text = "詞" * 5000
    lines, _ = build_lines(Transcript("zh", 1.0, 60.0, (), (Segment("g", 0.0, 60.0, text),)))
    assert "".join(line.text.partition(": ")[2] for line in lines) == text
    assert max(len(line.text) for line in lines) < LINE_CHARACTERS + 20


def test_tokens_are_counted_with_care_and_learned_from_the_model() -> None:
    counter = TokenCounter()
    english = "We decided to postpone the product launch to the first of June. " * 20
    assert counter.count(english) > len(english) / 4
    counter.learn(english, 1)
    assert counter.bytes_a_token == 3.0
    counter.learn(english, len(english) // 2)
    assert counter.count(english) >= len(english) // 2


def test_the_window_is_the_smallest_that_fits_within_training_and_limit() -> None:
    assert choose_window(100, 131072, 32768) == 8192
    assert choose_window(9000, 131072, 32768) == 16384
    assert choose_window(90_000, 131072, 32768) == 32768
    assert choose_window(90_000, 2048, 32768) == 2048
    assert choose_window(9000, None, 32768) == 16384


def test_a_quote_is_found_whatever_its_signs_and_case_but_only_in_whole_words() -> None:
    segments = [Segment("a", 0, 1, "“It’s done,” she said"), Segment("b", 1, 2, "— at last!")]
    assert is_said("its DONE she said at last", segments)
    assert is_said("It's done. She said — at last", segments)
    assert not is_said("it's one", segments)
    assert not is_said("s done", segments)
    assert not is_said("...", segments)
    assert normalized("Ｆｕｌｌ width, CAFÉ") == "full width café"
