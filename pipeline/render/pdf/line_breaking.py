"""Breaks words into lines, greedy or balanced: never wider than the measure, and no word is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.render.pdf import shaping
from pipeline.render.pdf.break_points import split_clusters, split_word
from pipeline.render.pdf.direction import is_rtl
from pipeline.render.pdf.style import TextStyle

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_AFTER_HYPHEN = re.compile(r"(?<=\w-)(?=\w)")
_SHORT_LAST_LINE = 0.12
ELLIPSIS = "…"


class TextPiece(NamedTuple):
    """A piece of a line that is never broken.

    `space` is the width before it where it is not the first of its line (0: it clings to the word before);
    `at` the second at which it is spoken, `link` the second it opens; `bound` keeps it beside the word before, and
    `cut` says that it is part of a word that was cut because it is too wide.
    """

    text: str
    style: TextStyle
    width: float
    space: float
    dotted: bool = False
    at: float | None = None
    link: float | None = None
    bound: bool = False
    cut: bool = False


Pieces = list[TextPiece]


class TextLine(list[TextPiece]):
    """The pieces of a line. One of a right-to-left paragraph (`rtl`) ends at `measure` points, if that is given."""

    def __init__(self, pieces: Iterable[TextPiece] = (), *, rtl: bool = False, measure: float | None = None) -> None:
        super().__init__(pieces)
        self.rtl = rtl
        self.measure = measure


def width(text: str, style: TextStyle) -> float:
    """The width of a line of text in points."""
    return shaping.width(text, style.font, style.size)


def curl_apostrophes(text: str) -> str:
    """The text with typographic apostrophes between letters."""
    return _APOSTROPHE.sub("’", text) if "'" in text else text


def cut_word(text: str, style: TextStyle, measure: float) -> list[str]:
    """Cut a word that is wider than the measure into pieces that fit, by characters with their accents."""
    pieces, piece, used = [], "", 0.0
    for one in split_clusters(text):
        step = width(one, style)
        if piece and used + step > measure:
            pieces.append(piece)
            piece, used = "", 0.0
        piece += one
        used += step
    return [*pieces, piece]


def set_word(text: str, style: TextStyle, measure: float, *, dotted: bool = False, at: float | None = None) -> Pieces:
    """One word of a text: a piece for each part that a line may end after; a part wider than the measure is cut."""
    pieces: Pieces = []
    space = width(" ", style)
    for part in split_word(text):
        wide = width(part, style)
        parts = [part] if wide <= measure else cut_word(part, style, measure)
        for number, piece in enumerate(parts):
            wide = wide if len(parts) == 1 else width(piece, style)
            pieces.append(TextPiece(piece, style, wide, 0.0 if pieces else space, dotted, at, cut=number > 0))
    return pieces


def set_words(text: str, style: TextStyle, measure: float) -> Pieces:
    """All words of a text."""
    return [piece for part in curl_apostrophes(text).split(" ") if part for piece in set_word(part, style, measure)]


def break_greedily(pieces: Pieces, measure: float) -> list[TextLine]:
    """Fill line after line."""
    lines: list[TextLine] = []
    rtl = starts_rtl(pieces)
    used = 0.0
    for piece in pieces:
        needed = piece.space + piece.width
        if lines and used + needed <= measure + 0.01:
            lines[-1].append(piece)
            used += needed
        else:
            clings = piece.bound and lines and len(lines[-1]) > 1 and lines[-1][-1].width + needed <= measure
            kept = [lines[-1].pop()] if clings else []
            lines.append(TextLine([*kept, piece], rtl=rtl, measure=measure))
            used = line_width(lines[-1])
    return lines


def starts_rtl(pieces: Pieces) -> bool:
    """Whether a paragraph runs from right to left."""
    return any(not piece.text.isascii() for piece in pieces) and is_rtl(" ".join(piece.text for piece in pieces))


def break_ragged(pieces: Pieces, measure: float) -> list[TextLine]:
    """Running text: greedy, but a last line of one short word gets a second word."""
    lines = break_greedily(pieces, measure)
    if len(lines) > 1 and len(lines[-1]) == 1 and len(lines[-2]) > 2:
        last = lines[-1][0]
        if last.space and last.width < _SHORT_LAST_LINE * measure:
            lines[-1].insert(0, lines[-2].pop())
    return lines


def break_balanced(pieces: Pieces, measure: float) -> list[TextLine]:
    """An item: two to four lines get the narrowest width with the same number of lines; others are running text."""
    lines = break_greedily(pieces, measure)
    if not 2 <= len(lines) <= 4:
        return break_ragged(pieces, measure)
    low, high = max(piece.width for piece in pieces), measure
    while high - low > 1:
        middle = (low + high) / 2
        if len(break_greedily(pieces, middle)) > len(lines):
            low = middle
        else:
            high = middle
    lines = break_greedily(pieces, high)
    for line in lines:
        line.measure = measure
    return lines


def truncate(text: str, style: TextStyle, measure: float) -> str:
    """As much of the text as fits with an ellipsis after it, without a space, hyphen or sign before that."""
    room = measure - width(ELLIPSIS, style)
    kept, used = 0, 0.0
    for one in split_clusters(text):
        used += width(one, style)
        if used > room:
            break
        kept += len(one)
    return text[:kept].rstrip(" -–,;:.") + ELLIPSIS


def truncate_to_width(text: str, style: TextStyle, measure: float) -> str:
    """The text if it fits on one line, else its beginning with an ellipsis."""
    return text if width(text, style) <= measure else truncate(text, style, measure)


def break_name(name: str, style: TextStyle, measure: float, most: int) -> list[TextLine]:
    """A name on at most `most` lines, flush left.

    It breaks at spaces and after hyphens, and ends in an ellipsis if it is cut.
    """
    pieces: Pieces = []
    for part in name.split(" "):
        for number, piece in enumerate(_AFTER_HYPHEN.split(part)):
            set_piece = set_word(piece, style, measure)
            pieces += [set_piece[0]._replace(space=0.0), *set_piece[1:]] if number else set_piece
    lines = break_greedily(pieces, measure)
    if len(lines) > most:
        last = truncate(line_text(lines[most - 1]), style, measure)
        lines = [*lines[: most - 1], TextLine(set_word(last, style, measure), rtl=lines[0].rtl)]
    for line in lines:
        line.measure = None
    return lines


def line_text(line: Pieces) -> str:
    """A line as plain text."""
    return "".join((" " if number and piece.space else "") + piece.text for number, piece in enumerate(line))


def line_width(line: Pieces) -> float:
    """The width of a line in points."""
    return sum(piece.width + (piece.space if number else 0.0) for number, piece in enumerate(line))
