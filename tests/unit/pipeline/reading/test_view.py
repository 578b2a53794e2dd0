from __future__ import annotations

from support.recaps import sample_recap

from pipeline.reading.view import read_recap, read_segments
from pipeline.reading.words import DOUBTFUL_BELOW
from pipeline.recap import Segment, Word


def said(start: float, end: float, text: str, speaker: str | None = "a") -> Segment:
    return Segment(f"s{start}", start, end, text, speaker)


def heard(text: str, *words: tuple[float, str, float]) -> Segment:
    return Segment("s", 0.0, 10.0, text, "a", words=tuple(Word(at, at + 1, word, sure) for at, word, sure in words))


def test_consecutive_segments_of_a_speaker_are_one_turn() -> None:
    view = read_segments([said(0, 1, "One."), said(1, 2, "Two."), said(2, 3, "Three.", "b"), said(3, 4, "Four.")])
    assert [turn.speaker for turn in view.turns] == ["a", "b", "a"]
    assert [word.text for word in view.turns[0].paragraphs[0].words] == ["One.", "Two."]


def test_a_paragraph_begins_with_the_first_sentence_after_each_minute() -> None:
    (turn,) = read_segments([said(at, at + 24, f"At {at}.") for at in range(0, 200, 25)]).turns
    assert [paragraph.start for paragraph in turn.paragraphs] == [0, 75, 150]


def test_without_a_speaker_a_paragraph_begins_after_twenty_seconds() -> None:
    (turn,) = read_segments([said(at, at + 9, f"At {at}.", None) for at in range(0, 60, 10)]).turns
    assert [paragraph.start for paragraph in turn.paragraphs] == [0, 20, 40]


def test_speech_without_sentence_ends_gets_a_paragraph_after_two_minutes() -> None:
    (turn,) = read_segments([said(0, 300, " ".join(["word"] * 300))]).turns
    assert len(turn.paragraphs) == 3
    assert all(paragraph.end - paragraph.start <= 121 for paragraph in turn.paragraphs)


def test_a_topic_that_begins_in_a_turn_begins_a_paragraph() -> None:
    (turn,) = read_segments([said(0, 5, "One."), said(5, 10, "Two."), said(10, 15, "Three.")], [5.0]).turns
    assert [paragraph.start for paragraph in turn.paragraphs] == [0, 5]


def test_a_turn_is_unsure_above_thirty_per_cent() -> None:
    words = [(float(at), f" w{at}", 0.1 if at < 3 else 0.9) for at in range(10)]
    (turn,) = read_segments([heard(" ".join(f"w{at}" for at in range(10)), *words)]).turns
    assert not turn.is_unsure
    words[3] = (3.0, " w3", 0.1)
    (turn,) = read_segments([heard(" ".join(f"w{at}" for at in range(10)), *words)]).turns
    assert turn.is_unsure


def test_every_segment_has_the_anchor_of_the_paragraph_it_begins_in() -> None:
    segments = [said(at, at + 24, f"At {at}.") for at in range(0, 100, 25)]
    view = read_segments(segments)
    assert [view.anchors[segment.id] for segment in segments] == ["t=0.0", "t=0.0", "t=0.0", "t=75.0"]
    assert [paragraph.anchor for turn in view.turns for paragraph in turn.paragraphs] == ["t=0.0", "t=75.0"]


def test_paragraphs_that_begin_together_have_different_anchors() -> None:
    view = read_segments([said(1, 2, "One."), Segment("other", 1, 2, "Two.", "b")])
    assert [turn.paragraphs[0].anchor for turn in view.turns] == ["t=1.0", "t=1.1"]


def test_segments_without_text_are_left_out() -> None:
    view = read_segments([said(0, 1, " "), said(1, 2, ""), said(2, 3, "Three.", "b")])
    assert [turn.speaker for turn in view.turns] == ["b"]


def test_the_runs_of_a_paragraph_hold_every_letter_and_every_doubt() -> None:
    for name in ("council", "launch-planning", "crosstalk"):
        recap = sample_recap(name, doubt=0.1)
        paragraphs = [paragraph for turn in read_recap(recap).turns for paragraph in turn.paragraphs]
        text = " ".join("".join(run.text for run in paragraph.runs) for paragraph in paragraphs)
        assert text == " ".join(segment.text for segment in recap.transcript.segments)
        doubted = [run.text for paragraph in paragraphs for run in paragraph.runs if run.is_doubtful]
        words = [word for segment in recap.transcript.segments for word in segment.words]
        assert len(" ".join(doubted).split()) == sum(word.probability < DOUBTFUL_BELOW for word in words) > 0


def test_neighbouring_doubtful_words_are_one_run() -> None:
    segment = heard("A b c d.", (0, " A", 0.9), (1, " b", 0.1), (2, " c", 0.1), (3, " d.", 0.9))
    (turn,) = read_segments([segment]).turns
    assert [(run.text, run.is_doubtful) for run in turn.paragraphs[0].runs] == [
        ("A ", False),
        ("b c", True),
        (" d.", False),
    ]
