from __future__ import annotations

from pipeline.reading.view import spoken_turns, tokens_of
from pipeline.recap import Segment, Word


def said(start: float, end: float, text: str, speaker: str | None = "a") -> Segment:
    return Segment(f"s{start}", start, end, text, speaker)


def heard(text: str, *words: tuple[float, str, float]) -> Segment:
    return Segment("s", 0.0, 10.0, text, "a", words=tuple(Word(at, at + 1, word, sure) for at, word, sure in words))


def test_consecutive_segments_of_a_speaker_are_one_turn() -> None:
    turns = list(spoken_turns([said(0, 1, "One."), said(1, 2, "Two."), said(2, 3, "Three.", "b"), said(3, 4, "Four.")]))
    assert [turn.speaker for turn in turns] == ["a", "b", "a"]
    assert [token.text for token in turns[0].paragraphs[0].tokens] == ["One.", "Two."]


def test_a_paragraph_begins_with_the_first_sentence_after_each_minute() -> None:
    sentences = [said(at, at + 24, f"At {at}.") for at in range(0, 200, 25)]
    (turn,) = spoken_turns(sentences)
    assert [paragraph.start for paragraph in turn.paragraphs] == [0, 75, 150]


def test_speech_without_sentence_ends_gets_a_paragraph_after_two_minutes() -> None:
    (turn,) = spoken_turns([said(0, 300, " ".join(["word"] * 300))])
    assert len(turn.paragraphs) == 3
    assert all(paragraph.end - paragraph.start <= 121 for paragraph in turn.paragraphs)


def test_a_topic_that_begins_in_a_turn_begins_a_paragraph() -> None:
    (turn,) = spoken_turns([said(0, 5, "One."), said(5, 10, "Two."), said(10, 15, "Three.")], [5.0])
    assert [paragraph.start for paragraph in turn.paragraphs] == [0, 5]


def test_words_keep_their_times_and_doubts() -> None:
    tokens = list(tokens_of(heard("Hello big world.", (1, " Hello", 0.9), (2, " big", 0.44), (3, " world.", 0.45))))
    assert [(token.text, token.at, token.uncertain) for token in tokens] == [
        ("Hello", 1, False),
        ("big", 2, True),
        ("world.", 3, False),
    ]


def test_an_edited_text_keeps_the_times_of_the_words_that_are_left() -> None:
    tokens = list(tokens_of(heard("Hello small world.", (1, " Hello", 0.9), (2, " big", 0.1), (8, " world.", 0.9))))
    assert [token.at for token in tokens][::2] == [1, 8]
    assert not any(token.uncertain for token in tokens)


def test_a_turn_is_unsure_above_thirty_per_cent() -> None:
    words = [(float(at), f" w{at}", 0.1 if at < 3 else 0.9) for at in range(10)]
    (turn,) = spoken_turns([heard(" ".join(f"w{at}" for at in range(10)), *words)])
    assert not turn.unsure
    words[3] = (3.0, " w3", 0.1)
    (turn,) = spoken_turns([heard(" ".join(f"w{at}" for at in range(10)), *words)])
    assert turn.unsure
