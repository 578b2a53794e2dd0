"""Where two windows meet, a sentence that goes on is written as one."""

from __future__ import annotations

import pytest

from pipeline.recap import Phrase, WindowText, Word
from pipeline.sentence_borders import join_borders


def window(number: int, text: str, at: float, language: str | None = None) -> WindowText:
    words = tuple(Word(at + n / 2, at + n / 2 + 0.5, f" {word}", 0.9) for n, word in enumerate(text.split()))
    return WindowText(number, (Phrase(at, words[-1].end, f" {text}", -0.3, 0.1, 1.2, words),), language=language)


def joined(before: str, after: str, language: str = "en", pause: float = 0.2, more: str = "") -> str:
    texts = [window(0, before, 0.0)]
    texts.append(window(1, after, texts[0].phrases[0].end + pause))
    if more:
        texts.append(window(2, more, 100.0))
    mended = join_borders(texts, language)
    for text in mended[:2]:
        assert text.phrases[0].text == "".join(word.text for word in text.phrases[0].words)
    return "".join(text.phrases[0].text for text in mended[:2]).strip()


@pytest.mark.parametrize(
    ("before", "after", "language", "whole"),
    [
        ("okay,", "We decided", "en", "okay, we decided"),
        ("okay,", "I'm here", "en", "okay, I'm here"),
        ("we met", "Anna there", "en", "we met Anna there"),
        ("It is done.", "We go on", "en", "It is done. We go on"),
        ("Is it?", "and so", "en", "Is it? and so"),
        ("we went.", "to the shop", "en", "we went to the shop"),
        ("we went...", "to the shop", "en", "we went... to the shop"),
        ("und dann", "Der Wagen stand", "de", "und dann der Wagen stand"),
        ("und dann", "Haus und Hof", "de", "und dann Haus und Hof"),
        ("haben", "Sie Zeit", "de", "haben Sie Zeit"),
        ("maar", "De vergadering", "nl", "maar de vergadering"),
        ("mais", "Nous avons", "fr", "mais nous avons"),
        ("pero", "El plan", "es", "pero el plan"),
        ("we", "USA", "en", "we USA"),
    ],
)
def test_a_sentence_goes_on_across_windows(before: str, after: str, language: str, whole: str) -> None:
    assert joined(before, after, language) == whole


def test_a_word_that_the_recording_has_in_lower_case_is_no_name() -> None:
    assert joined("okay,", "Budgets are", more="The budgets are fine") == "okay, budgets are"
    assert joined("okay,", "Budgets are") == "okay, Budgets are"
    assert joined("okay,", "Rose will", more="then Rose said the rose is red") == "okay, Rose will"


def test_after_a_long_pause_both_stay_as_they_were_heard() -> None:
    assert joined("okay,", "We decided", pause=2.0) == "okay, We decided"


def test_windows_in_different_languages_are_not_joined() -> None:
    texts = [window(0, "goed,", 0.0, "nl"), window(1, "We begin", 0.6, "en")]
    assert join_borders(texts, "en") == tuple(texts)
