"""How pages write times, spans and ordinals, and mark speakers and doubtful words."""

from __future__ import annotations

import pytest
from support import meetings

from core.database.tables import User
from pipeline.reading.words import TextRun
from webapp import formats
from webapp.recordings import document, speaker_badges


@pytest.mark.parametrize(
    ("names", "letters"),
    [
        (["Anna", "Ben", "Carol"], ["A", "B", "C"]),
        (["Anna", "Arie", "Ben"], ["An", "Ar", "B"]),
        (["Speaker 1", "Speaker 2", "Ben"], ["1", "2", "B"]),
        (["Anna", "Anna"], ["A1", "A2"]),
        (["", "???", "", "安娜"], ["?1", "??", "?3", "安"]),
    ],
)
def test_letters_of_speakers_are_unique(names: list[str], letters: list[str]) -> None:
    assert speaker_badges.choose_letters(names) == letters


def test_the_ninth_speaker_has_a_hollow_tile() -> None:
    made = speaker_badges.make_badges([f"Speaker {n}" for n in range(1, 21)])
    assert [tile.style for tile in made[7:10]] == ["s8", "s1 hollow", "s2 hollow"]
    assert len({tile.letter for tile in made}) == 20


def test_doubtful_words_are_marked_and_no_letter_is_lost(alice: User) -> None:
    for name in ("council", "launch-planning", "crosstalk"):
        recap = meetings.make_recap(meetings.upload(alice, name), name)
        runs = [run for turn in document.Document(recap).turns for run in (*turn.runs, TextRun(" ", False))]
        segments = recap.transcript.segments
        assert "".join(run.text for run in runs) == "".join(segment.text + " " for segment in segments)
        doubted = " ".join(run.text for run in runs if run.is_doubtful).split()
        assert len(doubted) == sum(word.probability < 0.45 for segment in segments for word in segment.words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "5 s"), (43, "45 s"), (57, "1 min"), (340, "6 min"), (3600, "1 h"), (4800, "1 h 20 min")],
)
def test_spans_are_told_roughly(seconds: float, words: str) -> None:
    assert formats.span(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (63.9, "1:03"), (3765, "1:02:45"), (90000, "25:00:00")])
def test_clocks_read_minutes_and_seconds(seconds: float, words: str) -> None:
    assert formats.clock(seconds) == words


def test_ordinals() -> None:
    assert [formats.ordinal(n) for n in (1, 2, 3, 4, 11, 22)] == ["1st", "2nd", "3rd", "4th", "11th", "22nd"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Run `flask doctor`.", "Run <code>flask doctor</code>."),
        ("<b>`<i>`</b>", "&lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;"),
        ("a ` alone & <x>", "a ` alone &amp; &lt;x&gt;"),
    ],
)
def test_commands_in_a_message_are_code_and_all_else_is_escaped(text: str, html: str) -> None:
    assert str(formats.with_code(text)) == html
