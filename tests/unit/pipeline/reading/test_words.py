from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.diarize import Diarization
from pipeline.reading.words import locate_words, read_words
from pipeline.recap import Phrase, Segment, WindowText, Word
from pipeline.speakers.assign import assign_speakers
from pipeline.transcribe import Transcription


def heard(text: str, *words: tuple[float, str, float]) -> Segment:
    return Segment("s", 0.0, 10.0, text, "a", words=tuple(Word(at, at + 1, word, sure) for at, word, sure in words))


def test_words_keep_their_times_and_doubts() -> None:
    words = list(read_words(heard("Hello big world.", (1, " Hello", 0.9), (2, " big", 0.44), (3, " world.", 0.45))))
    assert [(word.text, word.at, word.is_doubtful) for word in words] == [
        ("Hello", 1, False),
        ("big", 2, True),
        ("world.", 3, False),
    ]


def test_an_edited_text_keeps_the_times_of_the_words_that_are_left() -> None:
    words = list(read_words(heard("Hello small world.", (1, " Hello", 0.9), (2, " big", 0.1), (8, " world.", 0.9))))
    assert [word.at for word in words][::2] == [1, 8]
    assert not any(word.is_doubtful for word in words)


def test_only_the_doubtful_part_of_a_text_without_spaces_is_doubtful() -> None:
    (word,) = read_words(heard("会议开始。", (0, "会议", 0.9), (1, "开", 0.1), (2, "始。", 0.9)))
    assert [(run.text, run.is_doubtful) for run in word.runs] == [("会议", False), ("开", True), ("始。", False)]


def test_a_stored_position_comes_before_the_first_place_where_the_word_is_found() -> None:
    segment = heard("the other the", (0, "other", 0.9), (1, "the", 0.1))
    words = (replace(segment.words[0], position=0), replace(segment.words[1], position=10))
    placed = replace(segment, text="other the the", words=words)
    assert [(word.start, word.end) for word in locate_words(placed)] == [(0, 5), (10, 13)]


def test_a_position_that_does_not_hold_is_not_used() -> None:
    segment = heard("Hello there.", (0, "there.", 0.9))
    shifted = replace(segment, words=(replace(segment.words[0], position=5),))
    assert [word.start for word in locate_words(shifted)] == [6]


@given(st.lists(st.sampled_from([" a", " the", "the", " ", "", "-b.", " 会", "议", "\u2009x "]), min_size=1))
def test_assigned_words_stand_where_they_say(texts: list[str]) -> None:
    words = tuple(Word(n, n + 0.9, text, 0.9) for n, text in enumerate(texts))
    phrase = Phrase(0.0, float(len(words)), "", -0.2, 0.01, 1.1, words)
    transcription = Transcription("en", 1.0, (WindowText(0, (phrase,)),))
    for segment in assign_speakers(transcription, Diarization((), ()), 60.0).segments:
        spoken = [word for word in segment.words if word.text]
        assert all(word.position is not None for word in spoken)
        assert [word.start for word in locate_words(segment)] == [word.position for word in spoken]
