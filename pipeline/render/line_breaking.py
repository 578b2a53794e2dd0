"""Breaks words into lines, greedy or balanced: never wider than the measure, and no word is lost."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.render import fonts
from pipeline.render.style import TextStyle

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_AFTER_HYPHEN = re.compile(r"(?<=\w-)(?=\w)")
_SHORT_LAST_LINE = 0.12
ELLIPSIS = "…"


class TextPiece(NamedTuple):
    """A piece of a line that is never broken.

    `space` is the width before it where it is not the first of its line (0: it clings to the word before);
    `at` the second at which it is spoken, `link` the second it opens; `bound` keeps it beside the word before.
    """

    text: str
    style: TextStyle
    width: float
    space: float
    dotted: bool = False
    at: float | None = None
    link: float | None = None
    bound: bool = False


TextLine = list[TextPiece]


def width(text: str, style: TextStyle) -> float:
    """The width of a line of text in points."""
    return fonts.width(text, style.font, style.size)


def curl_apostrophes(text: str) -> str:
    """The text with typographic apostrophes between letters."""
    return _APOSTROPHE.sub("’", text) if "'" in text else text


def cut_word(text: str, style: TextStyle, measure: float) -> list[str]:
    """Cut a word that is wider than the measure into pieces that fit, by characters."""
    pieces, piece, used = [], "", 0.0
    for one in text:
        step = width(one, style)
        if piece and used + step > measure:
            pieces.append(piece)
            piece, used = "", 0.0
        piece += one
        used += step
    return [*pieces, piece]


def set_word(text: str, style: TextStyle, measure: float, *, dotted: bool = False, at: float | None = None) -> TextLine:
    """One word of a text: a single piece, or several if it is wider than the measure."""
    wide = width(text, style)
    space = width(" ", style)
    if wide <= measure:
        return [TextPiece(text, style, wide, space, dotted, at)]
    pieces = cut_word(text, style, measure)
    return [
        TextPiece(piece, style, width(piece, style), 0.0 if number else space, dotted, at)
        for number, piece in enumerate(pieces)
    ]


def set_words(text: str, style: TextStyle, measure: float) -> TextLine:
    """All words of a text."""
    return [piece for part in curl_apostrophes(text).split(" ") if part for piece in set_word(part, style, measure)]


def break_greedily(pieces: TextLine, measure: float) -> list[TextLine]:
    """Fill line after line."""
    lines: list[TextLine] = []
    used = 0.0
    for piece in pieces:
        needed = piece.space + piece.width
        if lines and used + needed <= measure + 0.01:
            lines[-1].append(piece)
            used += needed
        else:
            clings = piece.bound and lines and len(lines[-1]) > 1 and lines[-1][-1].width + needed <= measure
            kept = [lines[-1].pop()] if clings else []
            lines.append([*kept, piece])
            used = line_width(lines[-1])
    return lines


def break_ragged(pieces: TextLine, measure: float) -> list[TextLine]:
    """Running text: greedy, but a last line of one short word gets a second word."""
    lines = break_greedily(pieces, measure)
    if len(lines) > 1 and len(lines[-1]) == 1 and len(lines[-2]) > 2:
        last = lines[-1][0]
        if last.space and last.width < _SHORT_LAST_LINE * measure:
            lines[-1].insert(0, lines[-2].pop())
    return lines


def break_balanced(pieces: TextLine, measure: float) -> list[TextLine]:
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
    return break_greedily(pieces, high)


def truncate(text: str, style: TextStyle, measure: float) -> str:
    """As much of the text as fits with an ellipsis after it, without a space, hyphen or sign before that."""
    room = measure - width(ELLIPSIS, style)
    kept, used = 0, 0.0
    for one in text:
        used += width(one, style)
        if used > room:
            break
        kept += 1
    return text[:kept].rstrip(" -–,;:.") + ELLIPSIS


def truncate_to_width(text: str, style: TextStyle, measure: float) -> str:
    """The text if it fits on one line, else its beginning with an ellipsis."""
    return text if width(text, style) <= measure else truncate(text, style, measure)


def break_name(name: str, style: TextStyle, measure: float, most: int) -> list[TextLine]:
    """A name on at most `most` lines; it breaks at spaces and after hyphens, and ends in an ellipsis if it is cut."""
    pieces: TextLine = []
    for part in name.split(" "):
        for number, piece in enumerate(_AFTER_HYPHEN.split(part)):
            set_piece = set_word(piece, style, measure)
            pieces += [set_piece[0]._replace(space=0.0), *set_piece[1:]] if number else set_piece
    lines = break_greedily(pieces, measure)
    if len(lines) <= most:
        return lines
    last = truncate(line_text(lines[most - 1]), style, measure)
    return [*lines[: most - 1], set_word(last, style, measure)]


def line_text(line: TextLine) -> str:
    """A line as plain text."""
    return "".join((" " if number and piece.space else "") + piece.text for number, piece in enumerate(line))


def line_width(line: TextLine) -> float:
    """The width of a line in points."""
    return sum(piece.width + (piece.space if number else 0.0) for number, piece in enumerate(line))
