"""The fonts of the PDF and the characters that each can draw.

A font without a glyph for a character silently draws an empty box, so text is split into runs by the character maps of
the fonts. A font for another script is one more line in `_SCRIPTS`, one of the system in `SYSTEM_FONTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from itertools import groupby
from pathlib import Path

import uharfbuzz
from reportlab.pdfbase import pdfmetrics

from pipeline.render.pdf.glyph_font import GlyphFont
from pipeline.render.system_fonts import SYSTEM_FONTS, find_system_fonts

TEXT = "RecapText-Regular"
ITALIC = "RecapText-Italic"
SEMIBOLD = "RecapText-Semibold"
DISPLAY = "RecapDisplay-Regular"
LABEL = "RecapLabel-Regular"
LABEL_SEMIBOLD = "RecapLabel-Semibold"

_FOLDER = Path(__file__).parent / "font_files"
_ARABIC, _ARABIC_SEMIBOLD = "MarkaziText-Regular", "MarkaziText-Semibold"
_EMOJI = "NotoEmoji-Regular"
_BASIC = (TEXT, ITALIC, SEMIBOLD, DISPLAY, LABEL, LABEL_SEMIBOLD)
_BOLD = (SEMIBOLD, LABEL_SEMIBOLD)
#: The fonts of other scripts, and their sizes beside the Latin ones.
_SCRIPTS = {
    _ARABIC: 1.26,
    _ARABIC_SEMIBOLD: 1.26,
    "NotoSerifHebrew-Regular": 0.98,
    "NotoSerifDevanagari-Regular": 0.95,
    "NotoSerifThai-Regular": 0.95,
    _EMOJI: 0.86,
}
_JOINERS = "\u200c\u200d"
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_drawn: dict[str, GlyphFont] = {}


class Font:
    """One font: `scale` is its size beside the Latin fonts; it is `shaped` if its glyphs depend on their neighbours."""

    def __init__(
        self, name: str, path: Path, scale: float, *, shaped: bool = False, blocks: re.Pattern[str] | None = None
    ) -> None:
        self.name = name
        self.path = path
        self.scale = scale
        self.shaped = shaped
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
        self.units_per_em: int = face.upem
        # reportlab embeds TrueType outlines only
        codes = face.unicodes if "glyf" in face.table_tags else ()
        self.characters = frozenset(one for one in map(chr, codes) if not blocks or blocks.match(one))
        self.shaper = uharfbuzz.Font(face)

    @cached_property
    def drawn(self) -> GlyphFont:
        """The font as reportlab draws it; it is read and registered on first use."""
        font = GlyphFont(self.name, str(self.path))
        pdfmetrics.registerFont(font)
        _drawn[self.name] = font
        return font

    @cached_property
    def widths(self) -> dict[str, float]:
        """The widths of characters in thousandths of the size."""
        return {chr(code): width for code, width in self.drawn.face.charWidths.items()}

    @property
    def cap_height(self) -> float:
        """The height of a capital letter in thousandths of the size."""
        return float(self.drawn.face.capHeight)


@cache
def load_font(name: str) -> Font:
    """The font with this name. Raises `KeyError` if it is neither part of the product nor installed."""
    if name in _BASIC or name in _SCRIPTS:
        shaped = name in _SCRIPTS and name != _EMOJI
        return Font(name, _FOLDER / f"{name}.ttf", _SCRIPTS.get(name, 1.0), shaped=shaped)
    path = find_system_fonts()[name]
    font = next(font for font in SYSTEM_FONTS if font.name == name)
    return Font(name, path, font.scale, blocks=font.blocks)


@cache
def fallbacks(name: str) -> tuple[Font, ...]:
    """The fonts that are asked for a character, in order, beginning with the named one."""
    other = _ARABIC if name in _BOLD else _ARABIC_SEMIBOLD
    scripts = [one for one in _SCRIPTS if one != other]
    return tuple(load_font(one) for one in dict.fromkeys([name, TEXT, LABEL, *scripts, *find_system_fonts()]))


def find_broken_fonts() -> list[str]:
    """The fonts of the product whose files are missing or damaged."""
    broken = []
    for name in (*_BASIC, *_SCRIPTS):
        try:
            GlyphFont(name, str(_FOLDER / f"{name}.ttf")).stringWidth("a", 1)  # not registered: documents have theirs
        except Exception:  # a damaged file fails anywhere in reportlab, in its own way
            broken.append(name)
    return broken


def drawn_fonts() -> Iterable[GlyphFont]:
    """The fonts that reportlab has read so far."""
    return _drawn.values()


@cache
def drawable_characters() -> frozenset[str]:
    """All characters that at least one font can draw, without those that format text."""
    return frozenset(one for font in fallbacks(TEXT) for one in font.characters if _is_drawn(one)).union(_JOINERS)


def _is_drawn(one: str) -> bool:
    return (one.isprintable() or one == "\xa0") and not any(ord(one) in block for block in _SELECTORS)


@lru_cache(maxsize=32768)
def split_by_font(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """Split text into (font name, text): the named font if it has the characters, else the first one that does."""
    first = load_font(name)
    if first.characters.issuperset(text):
        return ((name, text),)
    chosen: list[str] = []
    for one in text:
        if one in _JOINERS:  # which have no glyph, but change those beside them
            chosen.append(chosen[-1] if chosen else name)
        else:
            chosen.append(next((font.name for font in fallbacks(name) if one in font.characters), name))
    runs = groupby(zip(chosen, text, strict=True), key=lambda pair: pair[0])
    return tuple((font, "".join(one for _, one in pairs)) for font, pairs in runs)
