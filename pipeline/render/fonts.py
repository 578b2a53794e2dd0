"""The fonts of the PDF: which font has a character, and how wide a text is.

A font without a glyph for a character silently draws an empty box, so text is split into runs by the character maps of
the fonts. A font for another script is one more name in `_CHAIN`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics, ttfonts

TEXT = "RecapText-Regular"
ITALIC = "RecapText-Italic"
SEMIBOLD = "RecapText-Semibold"
DISPLAY = "RecapDisplay-Regular"
LABEL = "RecapLabel-Regular"
LABEL_SEMIBOLD = "RecapLabel-Semibold"

_FOLDER = Path(__file__).parent / "font_files"
_CHAIN = (TEXT, LABEL)
_ALL = (TEXT, ITALIC, SEMIBOLD, DISPLAY, LABEL, LABEL_SEMIBOLD)


class Font:
    """One font: its characters and their widths in thousandths of the size."""

    def __init__(self, name: str) -> None:
        # Without the readable first 128 codes, a subset has only the glyphs that are used.
        font = ttfonts.TTFont(name, str(_FOLDER / f"{name}.ttf"), asciiReadable=False)
        pdfmetrics.registerFont(font)
        self.name = name
        self.cap_height: float = font.face.capHeight
        self.widths: dict[str, float] = {chr(code): width for code, width in font.face.charWidths.items()}
        self.characters = frozenset(chr(code) for code in font.face.charToGlyph)


@cache
def load_font(name: str) -> Font:
    """The font with this name; it is loaded and registered with reportlab on first use."""
    return Font(name)


def find_broken_fonts() -> list[str]:
    """The fonts whose files are missing or damaged."""
    broken = []
    for name in _ALL:
        try:
            load_font(name)
        except Exception:  # a damaged file fails anywhere in reportlab, in its own way
            broken.append(name)
    return broken


@cache
def drawable_characters() -> frozenset[str]:
    """All characters that at least one font can draw."""
    fallback = frozenset[str]().union(*(load_font(name).characters for name in _CHAIN))
    for name in _ALL:
        load_font(name)
    return frozenset(one for one in fallback if one >= " ")


@lru_cache(maxsize=32768)
def split_by_font(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """Split text into (font name, text): the named font if it has the characters, else the first one that does."""
    first = load_font(name)
    if first.characters.issuperset(text):
        return ((name, text),)

    def choose(one: str) -> str:
        return next((other for other in (name, *_CHAIN) if one in load_font(other).characters), name)

    return tuple((chosen, "".join(part)) for chosen, part in groupby(text, choose))


@lru_cache(maxsize=32768)
def _width(text: str, name: str) -> float:
    total = 0.0
    for chosen, part in split_by_font(text, name):
        widths = load_font(chosen).widths
        total += sum(widths.get(one, 0.0) for one in part)
    return total / 1000


def width(text: str, name: str, size: float) -> float:
    """The width of one line of text in points, without kerning."""
    return _width(text, name) * size


def kerned(text: str, name: str, size: float) -> tuple[Any, float]:
    """A text with kerned pairs, ready to draw, and its width in points.

    Returns the plain text and its plain width if the font cannot shape it without changing its characters.
    """
    plain = width(text, name, size)
    if not text or len(split_by_font(text, name)) > 1:
        return text, plain
    load_font(name)
    shaped = ttfonts.shapeStr(text, name, size)
    data = getattr(shaped, "__shapeData__", None)
    if data is None or str(shaped) != text:
        return text, plain
    return shaped, sum(one.x_advance for one in data) * size / 1000
