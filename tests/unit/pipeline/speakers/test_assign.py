from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.diarize import Diarization
from pipeline.recap import Phrase, SpeakerTurn, Transcript, WindowText, Word
from pipeline.speakers.assign import assign_speakers
from pipeline.transcribe import Transcription


def words(*texts: str, start: float = 0.0) -> tuple[Word, ...]:
    """Words of a second each, one after another."""
    return tuple(Word(start + n, start + n + 0.9, f" {text}", 0.9) for n, text in enumerate(texts))


def attributed(heard: tuple[Word, ...], *turns: SpeakerTurn) -> Transcript:
    phrase = Phrase(heard[0].start, heard[-1].end, "", -0.2, 0.01, 1.1, heard)
    transcription = Transcription("en", 1.0, (WindowText(0, (phrase,)),))
    return assign_speakers(transcription, Diarization(turns, turns), 60.0)


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(segment.speaker, segment.text) for segment in transcript.segments]


def test_a_segment_ends_where_the_speaker_changes() -> None:
    transcript = attributed(words("hello", "there", "good", "morning"), SpeakerTurn(0, 2, "B"), SpeakerTurn(2, 4, "A"))
    assert said(transcript) == [("S1", "hello there"), ("S2", "good morning")]
    assert [(s.id, s.start, s.end) for s in transcript.segments] == [("s1", 0.0, 1.9), ("s2", 2.0, 3.9)]


def test_a_segment_ends_at_the_end_of_a_sentence() -> None:
    transcript = attributed(words("Hello.", "Is", "it", "you?", "Yes"), SpeakerTurn(0, 9, "A"))
    assert [text for _, text in said(transcript)] == ["Hello.", "Is it you?", "Yes"]


def test_speakers_are_named_in_the_order_of_their_first_word() -> None:
    transcript = attributed(words("one", "two"), SpeakerTurn(0, 1, "SPEAKER_07"), SpeakerTurn(1, 2.5, "SPEAKER_00"))
    assert [(s.id, s.name, s.seconds) for s in transcript.speakers] == [
        ("S1", "Speaker 1", 1.0),
        ("S2", "Speaker 2", 1.5),
    ]


def test_a_word_belongs_to_the_turn_it_overlaps_most() -> None:
    transcript = attributed((Word(0.0, 1.0, " word", 0.9),), SpeakerTurn(0.0, 0.4, "A"), SpeakerTurn(0.4, 1.0, "B"))
    assert transcript.segments[0].speaker == "S1"
    assert [turn.start for turn in transcript.turns] == [0.4]


def test_a_word_in_no_turn_goes_to_the_nearest_within_a_second() -> None:
    near = attributed((Word(5.0, 5.5, " near", 0.9),), SpeakerTurn(0.0, 4.1, "A"), SpeakerTurn(6.5, 9.0, "B"))
    assert said(near) == [("S1", "near")]
    far = attributed((Word(5.0, 5.5, " far", 0.9),), SpeakerTurn(0.0, 3.9, "A"), SpeakerTurn(6.6, 9.0, "B"))
    assert said(far) == [(None, "far")]
    assert far.speakers == ()


def test_without_turns_there_are_no_speakers() -> None:
    transcript = attributed(words("hello", "there"))
    assert said(transcript) == [(None, "hello there")]
    assert transcript.speakers == transcript.turns == ()


def test_text_without_spaces_between_words_stays_so() -> None:
    heard = (Word(0.0, 0.5, "会议", 0.9), Word(0.5, 1.0, "开始。", 0.9))
    assert said(attributed(heard, SpeakerTurn(0, 2, "A"))) == [("S1", "会议开始。")]


def nearest_by_hand(word: Word, turns: list[SpeakerTurn]) -> float:
    return max(min(word.end, turn.end) - max(word.start, turn.start) for turn in turns)


@given(
    cuts=st.lists(st.floats(0, 100, allow_nan=False), min_size=2, max_size=30, unique=True),
    starts=st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=30),
)
def test_bisection_finds_what_looking_at_every_turn_finds(cuts: list[float], starts: list[float]) -> None:
    edges = sorted(cuts)
    turns = [SpeakerTurn(a, b, f"T{n}") for n, (a, b) in enumerate(itertools.pairwise(edges)) if n % 3 < 2]
    heard = tuple(Word(start, start + 0.5, " w", 0.9) for start in sorted(starts))
    transcript = attributed(heard, *turns)
    for segment in transcript.segments:
        for word in segment.words:
            best = nearest_by_hand(word, turns)
            if word.speaker is None:
                assert best <= -1.0
            else:
                chosen = {turn.start for turn in transcript.turns if turn.speaker == word.speaker}
                overlap = nearest_by_hand(word, [turn for turn in turns if turn.start in chosen])
                assert overlap == best
                assert best > -1.0
