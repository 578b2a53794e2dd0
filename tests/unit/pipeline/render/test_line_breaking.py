from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.title_block import set_title

LETTERS = st.text("abcdefghij-'", min_size=1, max_size=60)
SENTENCES = st.lists(LETTERS, min_size=1, max_size=60).map(" ".join)


@given(SENTENCES, st.floats(40, 400))
def test_lines_hold_every_letter_and_never_pass_the_measure(text: str, measure: float) -> None:
    pieces = line_breaking.set_words(text, style.BODY, measure)
    for setting in (line_breaking.break_greedily, line_breaking.break_ragged, line_breaking.break_balanced):
        lines = setting(pieces, measure)
        assert "".join(piece.text for line in lines for piece in line) == line_breaking.curl_apostrophes(text).replace(
            " ", ""
        )
        assert all(line_breaking.line_width(line) <= measure + 0.1 for line in lines)


@given(SENTENCES)
def test_balancing_keeps_the_number_of_lines(text: str) -> None:
    pieces = line_breaking.set_words(text, style.BODY, 244)
    assert len(line_breaking.break_balanced(pieces, 244)) == len(line_breaking.break_greedily(pieces, 244))


def test_a_short_last_word_takes_another_down() -> None:
    text = "We decided to postpone the product launch to the first of June now"
    pieces = line_breaking.set_words(text, style.BODY, 1000)
    measure = line_breaking.line_width(pieces[:-1]) + 1
    assert [piece.text for piece in line_breaking.break_ragged(pieces, measure)[-1]] == ["June", "now"]


def test_a_time_never_begins_a_line() -> None:
    pieces = line_breaking.set_words("one two three", style.OVERVIEW, 300)
    pieces.append(line_breaking.TextPiece("0:10", style.OVERVIEW_TIME, 18.0, 3.0, bound=True))
    lines = line_breaking.break_greedily(pieces, line_breaking.line_width(pieces[:-1]) + 1)
    assert [piece.text for piece in lines[-1]] == ["three", "0:10"]


@given(LETTERS.filter(lambda name: name.strip("-'")), st.integers(1, 3))
@example("a" * 20, 1)
@example("Hohenstein-Wartenberg-Hohenstein", 1)
def test_names_keep_to_their_column(name: str, most: int) -> None:
    lines = line_breaking.break_name(name, style.NAME, style.NAME_WIDTH, most)
    assert 1 <= len(lines) <= most
    assert all(line_breaking.line_width(line) <= style.NAME_WIDTH + 0.1 for line in lines)
    assert not line_breaking.line_text(lines[-1]).endswith("-…")


@pytest.mark.parametrize(("words", "size", "lines"), [(2, 34.0, 1), (9, 26.0, 3), (14, 20.0, 4), (60, 20.0, 5)])
def test_a_title_gets_the_largest_size_that_fits(words: int, size: float, lines: int) -> None:
    look, _, setting = set_title(" ".join(["Planning"] * words))
    assert (look.size, len(setting)) == (size, lines)
    assert line_breaking.line_text(setting[-1]).endswith("…") == (words == 60)
