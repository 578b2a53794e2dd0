"""The transcript in the PDF: turns, names, times and doubtful words."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from support.pdf_reading import read, text_of, with_segments, without_summary
from support.recaps import assembly_recap, sample_recap

from pipeline.numbers.find import write_numbers
from pipeline.recap import Segment


def test_a_short_transcript_follows_on_the_first_page(tmp_path: Path) -> None:
    recap = without_summary(sample_recap("ten-seconds"))
    reader = read(recap, tmp_path)
    assert len(reader.pages) == 2
    assert recap.transcript.segments[0].text in " ".join(reader.pages[0].extract_text().split())


def test_a_speaker_going_on_is_named_once_a_page_and_timed_every_minute(tmp_path: Path) -> None:
    recap = sample_recap()
    sentences = tuple(
        Segment(f"s{number}", number * 20.0, number * 20.0 + 19, f"Sentence number {number} is said here.", "spk0")
        for number in range(30)
    )
    reader = read(without_summary(with_segments(recap, *sentences)), tmp_path)
    transcript = text_of(reader).partition("Sentence number 0")[2]
    assert transcript.count("Anna") == 0
    for time_of_paragraph in ("0:00", "1:00", "2:00", "9:00"):
        assert time_of_paragraph in transcript
    assert "0:20" not in transcript


def test_a_turn_of_ten_thousand_words_is_whole(tmp_path: Path) -> None:
    words = " ".join(f"w{number}" for number in range(10_000))
    reader = read(with_segments(sample_recap(), Segment("s0", 0.0, 200.0, words, "spk0")), tmp_path)
    printed = set(text_of(reader).split())
    assert [word for word in words.split() if word not in printed] == []


def test_every_sentence_is_in_the_document(tmp_path: Path) -> None:
    recap = sample_recap()
    text = text_of(read(recap, tmp_path))
    missing = [one.text for one in recap.transcript.segments if one.text.replace("'", "’") not in text]
    assert missing == []
    for point in (*recap.summary.decisions, *recap.summary.action_items, *recap.summary.questions):
        assert point.text.replace("'", "’") in text


def test_a_word_of_three_hundred_letters_is_cut_not_lost(tmp_path: Path) -> None:
    long_word = "abcdefghij" * 30
    recap = replace(with_segments(sample_recap(), Segment("s0", 0.0, 9.0, long_word, "spk0")), title=long_word)
    joined = text_of(read(recap, tmp_path)).replace(" ", "")
    assert long_word in joined


def test_long_names_stand_whole_once_and_are_cut_elsewhere(tmp_path: Path) -> None:
    page = " ".join(read(assembly_recap(turns=40, actions=3), tmp_path).pages[0].extract_text().split())
    assert "Maximiliane von Hohenstein- Wartenberg" in page
    assert "Maximiliane von Hohenstein…" in page
    assert "-…" not in page


def test_doubtful_words_are_explained_and_a_doubtful_turn_is_called_unsure(tmp_path: Path) -> None:
    plain, some, most = (text_of(read(sample_recap(doubt=share), tmp_path)) for share in (0.0, 0.05, 1.0))
    assert "Uncertain words" not in plain
    assert "Uncertain words look like this: listen before you quote them." in some
    assert "unsure" in most
    assert "Uncertain words" not in most


def test_three_hours_take_seconds(tmp_path: Path) -> None:
    recap = assembly_recap()
    words = sum(len(one.text.split()) for one in recap.transcript.segments)
    began = time.process_time()
    reader = read(recap, tmp_path)
    # About 1.5 s of work on one core; the rest is room for slow machines.
    assert time.process_time() - began < 15
    assert words > 25_000
    assert len(reader.pages) > 80
    assert (tmp_path / "recap.pdf").stat().st_size < 2_000_000


def test_numbers_are_written_as_people_write_them(tmp_path: Path) -> None:
    recap = sample_recap()
    text = " ".join(text_of(read(replace(recap, transcript=write_numbers(recap.transcript)), tmp_path)).split())
    assert "budget of 40,000 euros" in text
    assert "About 60% of our customers" in text
    assert "Spelled by the vocabulary" not in text
