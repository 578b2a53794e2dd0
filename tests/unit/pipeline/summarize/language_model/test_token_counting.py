"""Counting tokens: a guess with care, then what the model counts; and telling a cut prompt by its count."""

from __future__ import annotations

import pytest

from pipeline.summarize.language_model.token_counting import BYTES_PER_TOKEN, TokenCounter, fresh_part, was_cut

ENGLISH = "We decided to postpone the product launch to the first of June. " * 100


def test_the_first_guess_is_careful() -> None:
    assert TokenCounter().count(ENGLISH) > len(ENGLISH) / 4


def test_a_large_prompt_sets_the_measure_up_or_down_with_some_care() -> None:
    for bytes_per_token in (1.8, 4.4):
        counter = TokenCounter()
        counter.learn(ENGLISH, ENGLISH, round(len(ENGLISH) / bytes_per_token))
        assert counter.bytes_per_token == pytest.approx(0.95 * bytes_per_token, rel=0.01)


def test_a_count_that_can_only_come_from_a_cache_is_not_learned() -> None:
    counter = TokenCounter()
    counter.learn(ENGLISH, ENGLISH, 30)
    counter.learn(ENGLISH, "", 1000)
    counter.learn(ENGLISH, ENGLISH[:500], 120)
    counter.learn(ENGLISH, ENGLISH, 0)
    assert counter.bytes_per_token == BYTES_PER_TOKEN


def test_later_prompts_only_ever_make_the_estimate_more_careful() -> None:
    counter = TokenCounter()
    counter.learn(ENGLISH, ENGLISH, len(ENGLISH) // 4)
    measured = counter.bytes_per_token
    counter.learn(ENGLISH, ENGLISH, len(ENGLISH) // 6)
    assert counter.bytes_per_token == measured
    counter.learn(ENGLISH, "", len(ENGLISH) // 2)
    assert counter.bytes_per_token == pytest.approx(2, rel=0.01)


def test_a_prompt_that_was_refused_counts_more_than_the_window() -> None:
    counter = TokenCounter()
    counter.learn_refused(ENGLISH, 4000)
    assert counter.count(ENGLISH) > 4000


def test_only_what_differs_from_the_prompt_before_is_fresh() -> None:
    assert fresh_part("abcd", "abXY") == "cd"
    assert fresh_part("abcd", "") == "abcd"
    assert fresh_part("ab", "abcd") == fresh_part("abcd", "abcd") == ""
    assert fresh_part("abcd", "ab") == "cd"


@pytest.mark.parametrize(
    ("tokens", "window", "cut"),
    [
        (8192, 8192, True),  # as much as fits, before 0.30.11
        (4098, 8192, False),  # half of the window by chance: this prompt cannot be longer than the window
        (2050, 4096, True),  # half of the window, since 0.30.11, of a prompt that may well be longer
        (2065, 4096, False),
        (1600, 8192, False),  # all of it, in an ordinary language
        (900, 8192, True),  # less than the prompt can be, so a window we know nothing of cut it
        (150, 8192, False),  # what was left after the cache
    ],
)
def test_a_cut_is_told_by_the_count(tokens: int, window: int, cut: bool) -> None:
    assert was_cut(ENGLISH, ENGLISH, tokens, window) is cut


def test_what_may_have_come_from_the_cache_proves_no_cut() -> None:
    assert not was_cut(ENGLISH, ENGLISH[-2000:], 500, 8192)
    assert was_cut(ENGLISH, ENGLISH[-2000:], 250, 8192)
