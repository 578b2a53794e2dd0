"""A canvas for text in any script, and for the few shapes of a recap."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reportlab.lib.colors import HexColor

from pipeline.render.pdf import line_breaking, shaping, style
from pipeline.render.pdf.direction import has_rtl
from pipeline.render.pdf.line_runs import LineRun, text_runs
from pipeline.render.pdf.shaping import GlyphRun
from pipeline.render.pdf.style import TextStyle
from pipeline.render.pdf.tagged_canvas import TaggedCanvas

MARK_SIZE = 5.2
_MARK_RISE = 0.5
_STRIPE = 0.36
_DOTS = ([0, 1.7], 0.55, 2.4)


class TextCanvas(TaggedCanvas):
    """Draws text, lines and areas at places of a page."""

    def __init__(self, output: Any) -> None:
        super().__init__(output)
        self.forget_state()

    def forget_state(self) -> None:
        """Set font and colour again before the next text: a page or form begins without them."""
        self._font: tuple[str, float] | None = None
        self._fill: str | None = None

    def _use(self, font: str, text_style: TextStyle, scale: float) -> None:
        chosen = (font, text_style.size * scale)
        if self._font != chosen:
            self.output.setFont(*chosen)
            self._font = chosen
        self._paint(text_style.colour)

    def _paint(self, colour: str) -> None:
        if self._fill != colour:
            self.output.setFillColor(HexColor(colour))
            self._fill = colour

    def text(self, x: float, y: float, text: str, text_style: TextStyle) -> float:
        """Draw one line from x; returns where it ends."""
        with self.read_as(text):
            for run in text_runs(text, text_style):
                self.draw_run(x, y, run)
                x += run.width
        return x

    @contextmanager
    def read_as(self, text: str) -> Iterator[None]:
        """Keep the order in which text is read, where it is not the order in which it is drawn."""
        if self.is_artifact or not has_rtl(text):
            yield
        else:
            with self.tagged("Span", said=text):
                yield

    def draw_run(self, x: float, y: float, run: LineRun) -> None:
        """Draw a run of a line from x."""
        size = run.style.size
        for part in shaping.make_runs(run.text, run.style.font, rtl=run.rtl):
            self._draw_glyphs(x, y, part, run.style)
            x += part.width * size / 1000

    def _draw_glyphs(self, x: float, y: float, part: GlyphRun, text_style: TextStyle) -> None:
        if not part.drawn:
            return
        self.begin_text()
        if part.said is not None:
            said = (codecs.BOM_UTF16_BE + part.said.encode("utf-16-be")).hex().upper()
            self.operator(f"/Span <</ActualText <{said}>>> BDC")
        self._use(part.font, text_style, part.scale)
        if type(part.drawn) is str:
            self.output.drawString(x, y, part.drawn)
        else:
            line = self.output.beginText(x, y)
            line.setFont(part.font, text_style.size * part.scale)
            line.textOut(part.drawn)
            self.output.drawText(line)
            self._font = None
        if part.said is not None:
            self.operator("EMC")

    def text_right(self, x: float, y: float, text: str, text_style: TextStyle) -> float:
        """Draw one line that ends at x; returns where it begins."""
        start = x - line_breaking.width(text, text_style)
        self.text(start, y, text, text_style)
        return start

    def display(self, x: float, y: float, text: str, text_style: TextStyle, *, flush_right: bool = False) -> float:
        """Draw one line with its pairs kerned, its first letter flush at x (or its end); returns its width."""
        kerned = shaping.kern(text, text_style.font)
        wide = kerned.width * text_style.size / 1000 if kerned else line_breaking.width(text, text_style)
        if flush_right:
            x -= wide
        if kerned:
            self._draw_glyphs(x, y, kerned, text_style)
        else:
            self.text(x, y, text, text_style)
        return wide

    def dots(self, x0: float, x1: float, y: float) -> None:
        """Underline a text of the line with the baseline y by dots."""
        dash, thick, below = _DOTS
        self.output.saveState()
        self.output.setLineCap(1)
        self.output.setDash(dash, 0)
        self.output.setLineWidth(thick)
        self.output.setStrokeColor(HexColor(style.MID))
        self.output.line(x0, y - below, x1, y - below)
        self.output.restoreState()

    # Lines and areas

    def rule(self, y: float, x0: float, x1: float, *, thick: float = 0.8, colour: str = style.INK) -> None:
        """A horizontal line."""
        self.begin_shape()
        self.output.setStrokeColor(HexColor(colour))
        self.output.setLineWidth(thick)
        self.output.line(x0, y, x1, y)

    def bar(self, x: float, y: float, wide: float, high: float, colour: str, *, split: bool = False) -> None:
        """A filled bar; two stripes if `split`."""
        self.begin_shape()
        self._paint(colour)
        if not split:
            self.output.rect(x, y, wide, high, stroke=0, fill=1)
            return
        stripe = _STRIPE * high
        self.output.rect(x, y, wide, stripe, stroke=0, fill=1)
        self.output.rect(x, y + high - stripe, wide, stripe, stroke=0, fill=1)

    def mark(self, y: float, number: int | None) -> None:
        """The mark of a speaker at the baseline y."""
        colour, split = style.speaker_colour(number)
        self.bar(style.LEFT, y + _MARK_RISE, MARK_SIZE, MARK_SIZE, colour, split=split)

    def diamond(self, x: float, y: float, wide: float) -> None:
        """A filled diamond around a point."""
        self.begin_shape()
        self._paint(style.INK)
        half = wide / 2
        path = self.output.beginPath()
        path.moveTo(x - half, y)
        path.lineTo(x, y + half)
        path.lineTo(x + half, y)
        path.lineTo(x, y - half)
        path.close()
        self.output.drawPath(path, stroke=0, fill=1)
