"""What Whisper writes over sounds is dropped, short real utterances stay, and loops are cut."""

from __future__ import annotations

import pytest

from pipeline.invented_words import cut_loops, drop_invented, is_invented
from pipeline.recap import Phrase, Word


def phrase(text: str, probability: float = 0.8, silence: float = 0.05, logprob: float = -0.4) -> Phrase:
    words = tuple(Word(float(n), n + 1.0, f" {word}", probability) for n, word in enumerate(text.split()))
    return Phrase(0.0, float(len(words)), f" {text}", logprob, silence, 3.0, words)


@pytest.mark.parametrize(
    ("text", "probability", "silence"),
    [("BAH!", 0.2, 0.51), ("you", 0.04, 0.77), ("Thanks.", 0.02, 0.54), ("Thank you", 0.47, 0.66), (".", 0.01, 0.3)],
)
def test_what_whisper_writes_over_sounds_is_dropped(text: str, probability: float, silence: float) -> None:
    sifted = drop_invented([phrase(text, probability, silence)])
    assert (sifted.phrases, sifted.has_dropped) == ((), True)


@pytest.mark.parametrize(
    ("text", "probability", "silence"),
    [("Yes.", 0.6, 0.2), ("Today...", 0.27, 0.06), ("Okay.", 0.53, 0.53), ("Right.", 0.34, 0.42), ("all", 0.45, 0.51)],
)
def test_short_real_utterances_stay(text: str, probability: float, silence: float) -> None:
    assert not is_invented(phrase(text, probability, silence))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("I'm sorry. " * 6 + "Good.", "I'm sorry. Good."),
        ("thank you for watching " * 4, "thank you for watching"),
        ("la " * 40, "la"),
        ("no no no we go on", "no no no we go on"),
        ("words words words words and that is all", "words words words words and that is all"),
        ("one two one two three", "one two one two three"),
    ],
)
def test_loops_are_said_once_and_emphasis_stays(said: str, left: str) -> None:
    cut = cut_loops(phrase(said.strip()))
    assert cut.text.strip() == left
    assert " ".join(word.text.strip() for word in cut.words) == left
