from __future__ import annotations

import pytest

from pipeline.recap import Segment, Transcript, Word
from pipeline.summarize.extractive.sentences import LONGEST_WORDS, Sentence, split_sentences


def sentences(*segments: Segment, language: str = "en") -> list[Sentence]:
    return split_sentences(Transcript(language, 1.0, 100.0, (), segments))


def test_a_segment_is_split_at_its_sentences_with_the_times_of_its_words() -> None:
    words = tuple(Word(n, n + 0.5, text, 1.0) for n, text in enumerate(("It", "rains.", "Stay", "here!")))
    first, second = sentences(Segment("g", 0.0, 4.0, "It rains. Stay here!", "p", words=words))
    assert (first.text, first.start, first.end) == ("It rains.", 0.0, 1.5)
    assert (second.text, second.start, second.end, second.speaker) == ("Stay here!", 2.0, 3.5, "p")


def test_without_words_times_follow_the_characters() -> None:
    first, second = sentences(Segment("g", 10.0, 20.0, "Ten chars. Ten chars."))
    assert first.start == 10.0
    assert first.end == pytest.approx(second.start, abs=0.6)
    assert second.end == 20.0


def test_a_sentence_may_go_on_in_the_next_segment_of_the_speaker() -> None:
    (joined,) = sentences(Segment("a", 0.0, 1.0, "We decided", "p"), Segment("b", 1.2, 2.0, "to wait.", "p"))
    assert (joined.text, joined.segments, joined.start, joined.end) == ("We decided to wait.", ("a", "b"), 0.0, 2.0)


def test_another_speaker_or_a_long_pause_ends_a_sentence() -> None:
    one = Segment("a", 0.0, 1.0, "We decided", "p")
    assert len(sentences(one, Segment("b", 1.2, 2.0, "to wait.", "q"))) == 2
    assert len(sentences(one, Segment("b", 4.0, 5.0, "to wait.", "p"))) == 2


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("Ask Dr. Smith and J. Doe, e.g. on Monday. Good.", "en", 2),
        ("It costs 3.5 million. Yes.", "en", 2),
        ("Am 3. Mai fangen wir an. Gut.", "de", 2),
        ("He said “Stop.” Then he left...", "en", 2),
        ("我们决定了。你呢？好！", "zh", 3),
        ("no punctuation at all", "en", 1),
    ],
)
def test_only_the_end_of_a_sentence_ends_it(text: str, language: str, count: int) -> None:
    assert len(sentences(Segment("g", 0.0, 5.0, text), language=language)) == count


def test_endless_text_is_cut() -> None:
    found = sentences(Segment("g", 0.0, 100.0, "word " * 200))
    assert max(len(one.text.split()) for one in found) == LONGEST_WORDS
    assert sum(len(one.text.split()) for one in found) == 200
