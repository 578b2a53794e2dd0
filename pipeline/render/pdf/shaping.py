"""Text as it is drawn: runs of one font, shaped by HarfBuzz where letters depend on their neighbours."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import uharfbuzz
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from pipeline.render.pdf import fonts
from pipeline.render.pdf.direction import has_rtl, is_rtl, order_runs
from pipeline.render.pdf.fonts import Font

_NO_GLYPH_OF_ITS_OWN = "\u200b"


class GlyphRun(NamedTuple):
    """A run of one font: what reportlab draws, its width in thousandths of the size, and the font's scale.

    `said` is the text it stands for, where glyphs alone do not tell it.
    """

    font: str
    drawn: str
    width: float
    scale: float
    said: str | None = None


@lru_cache(maxsize=32768)
def make_runs(text: str, name: str, *, rtl: bool = False) -> tuple[GlyphRun, ...]:
    """The runs of a text of one direction, from left to right; in the named font or one that has the characters."""
    runs = []
    for chosen, part in fonts.split_by_font(text, name):
        font = fonts.load_font(chosen)
        if font.shaped or rtl:
            runs.append(_shape(font, part, rtl=rtl))
        else:
            width = sum(font.widths.get(one, 0.0) for one in part) * font.scale
            runs.append(GlyphRun(chosen, part, width, font.scale))
    return tuple(reversed(runs)) if rtl else tuple(runs)


@lru_cache(maxsize=32768)
def _width(text: str, name: str) -> float:
    if not has_rtl(text):
        return sum(run.width for run in make_runs(text, name))
    directed = order_runs(text, rtl=is_rtl(text))
    return sum(run.width for part in directed for run in make_runs(text[part.start : part.end], name, rtl=part.rtl))


def width(text: str, name: str, size: float) -> float:
    """The width of one line of text in points, without kerning of Latin letters."""
    return _width(text, name) * size / 1000


def forget_shapes() -> None:
    """Give up what was shaped for the last document: its codes are limited."""
    make_runs.cache_clear()
    _shape.cache_clear()
    for font in fonts.drawn_fonts():
        font.forget()


def kern(text: str, name: str) -> GlyphRun | None:
    """A text with kerned pairs; None if it needs other fonts than the named one."""
    if not text or has_rtl(text) or len(fonts.split_by_font(text, name)) > 1:
        return None
    return _shape(fonts.load_font(name), text, rtl=False)._replace(said=None)


@lru_cache(maxsize=32768)
def _shape(font: Font, text: str, *, rtl: bool) -> GlyphRun:
    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    uharfbuzz.shape(font.shaper, buffer)
    unit = 1000 / font.units_per_em
    texts = _texts_of_glyphs(text, [info.cluster for info in buffer.glyph_infos], rtl=rtl)
    codes, places, total = "", [], 0.0
    for info, place, said in zip(buffer.glyph_infos, buffer.glyph_positions, texts, strict=True):
        wide = font.shaper.get_glyph_h_advance(info.codepoint) * unit
        codes += font.drawn.encode(info.codepoint, said, wide)
        advance = place.x_advance * unit
        places.append(ShapeData(info.cluster, advance, 0.0, place.x_offset * unit, place.y_offset * unit, wide))
        total += advance
    return GlyphRun(
        font.name, ShapedStr(codes, shapeData=places), total * font.scale, font.scale, None if rtl else text
    )


def _texts_of_glyphs(text: str, clusters: list[int], *, rtl: bool) -> list[str]:
    """The text that each glyph stands for: the characters of a cluster are given to its glyphs in order."""
    order = range(len(clusters) - 1, -1, -1) if rtl else range(len(clusters))
    starts = sorted(set(clusters))
    ends = dict(pairwise([*starts, len(text)]))
    texts = [_NO_GLYPH_OF_ITS_OWN] * len(clusters)
    left: dict[int, list[int]] = {start: [] for start in starts}
    for glyph in order:
        left[clusters[glyph]].append(glyph)
    for start, glyphs in left.items():
        characters = text[start : ends[start]]
        for number, glyph in enumerate(glyphs[: len(characters)]):
            last = number == len(glyphs) - 1
            texts[glyph] = characters[number:] if last else characters[number]
    return texts
