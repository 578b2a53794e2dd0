"""Pages to draw on: a cursor that moves down, running head and foot, links, marks and the outline."""

from __future__ import annotations

import codecs
import re
from collections import deque
from typing import Any

from reportlab.lib.colors import HexColor

from pipeline.render import line_breaking, shaping, style
from pipeline.render.formatting import clock
from pipeline.render.line_breaking import TextLine
from pipeline.render.line_runs import LineRun, line_runs, text_runs
from pipeline.render.shaping import GlyphRun
from pipeline.render.style import PaperSize, TextStyle

MARK_SIZE = 5.2
_MARK_RISE = 0.5
_STRIPE = 0.36
_LINK_MARGIN = 2.5
_DOTS = ([0, 1.7], 0.55, 2.4)
_WEB = re.compile(r"https?://", re.IGNORECASE)


class NullCanvas:
    """Accepts every drawing call and draws nothing: used to measure a page."""

    def __init__(self) -> None:
        self._code: deque[str] = deque(maxlen=0)

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self


class PageCanvas:
    """The document while it is drawn. `y` is the baseline of the next line.

    `output` is reportlab's canvas or `NullCanvas`. `title` stands in the running head of every page but the first, on
    its right `date` or, where `page_times` is set, the first and last moment of the page. Pages are numbered at
    the end, when their count is known.
    """

    def __init__(self, output: Any, page: PaperSize, *, title: str, date: str, url: str | None, hours: bool) -> None:
        self.output = output
        self.page = page
        self.title = title
        self.date = date
        self.url = url if url and _WEB.match(url) else None
        self.hours = hours
        self.part = "Recap"
        self.foot_note = ""
        self.page_times: tuple[float, float] | None = None
        self.number = 1
        self.y = page.top
        self.fresh = True
        self._begin()

    # Pages

    @property
    def right(self) -> float:
        """The right edge of the rail."""
        return self.page.right

    def room(self) -> int:
        """How many lines of the grid still fit, including the one at the cursor."""
        return max(0, int((self.y - style.LAST_BASELINE) / style.GRID + 1 + 1e-6))

    def fits(self, height: float) -> bool:
        """Whether a baseline `height` below the cursor is still on the page."""
        return self.y - height >= style.LAST_BASELINE - 1e-6

    def down(self, height: float) -> None:
        """Move the cursor."""
        self.y -= height
        self.fresh = False

    def new_page(self) -> None:
        """End this page and begin the next one."""
        self._end()
        self.output.showPage()
        self.number += 1
        self.y = self.page.top
        self.fresh = True
        self._begin()

    def finish(self) -> None:
        """End the last page and number all of them."""
        self._end()
        self.output.showPage()
        for number in range(1, self.number + 1):
            self.output.beginForm(f"page{number}", 0, 0, self.page.width, self.page.height)
            self._forget()
            self.text_right(self.right, style.FOOT_BASELINE, f"{number} / {self.number}", style.FOOT_PAGE)
            self.output.endForm()

    def _begin(self) -> None:
        self._forget()
        self.page_times = None
        if self.number > 1:
            room = self.right - style.LEFT - 110
            title = line_breaking.truncate_to_width(self.title, style.NOTE, room)
            self.text(style.LEFT, self.page.height - 36, title, style.NOTE)

    def _end(self) -> None:
        if self.number > 1:
            self._head_right(self.page.height - 36)
        self.text(style.LEFT, style.FOOT_BASELINE, self.part, style.FOOT_PART)
        if self.number == 1 and self.foot_note:
            self.text(style.WHAT, style.FOOT_BASELINE, self.foot_note, style.NOTE)
        self.output.doForm(f"page{self.number}")

    def _head_right(self, y: float) -> None:
        if not self.page_times:
            self.text_right(self.right, y, self.date, style.NOTE)
            return
        first, last = self.page_times
        if int(last) == int(first):
            self.time(self.right, y, first, style.NOTE_RED)
            return
        dash = "\xa0\xa0–\xa0\xa0"
        x = self.right - line_breaking.width(clock(last, hours=self.hours), style.NOTE_RED)
        dash_x = x - line_breaking.width(dash, style.NOTE)
        self.time(dash_x, y, first, style.NOTE_RED)
        self.text(dash_x, y, dash, style.NOTE)
        self.time(self.right, y, last, style.NOTE_RED)

    # Text

    def _forget(self) -> None:
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
        for run in text_runs(text, text_style):
            self._draw_run(x, y, run)
            x += run.width
        return x

    def _draw_run(self, x: float, y: float, run: LineRun) -> None:
        size = run.style.size
        for part in shaping.make_runs(run.text, run.style.font, rtl=run.rtl):
            self._draw_glyphs(x, y, part, run.style)
            x += part.width * size / 1000

    def _draw_glyphs(self, x: float, y: float, part: GlyphRun, text_style: TextStyle) -> None:
        if part.said is not None:
            said = (codecs.BOM_UTF16_BE + part.said.encode("utf-16-be")).hex().upper()
            self.output._code.append(f"/Span <</ActualText <{said}>>> BDC")
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
            self.output._code.append("EMC")

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

    def line(self, x: float, y: float, line: TextLine) -> None:
        """Draw a line of pieces from x, or so that it ends at its measure if it runs from right to left."""
        runs = line_runs(line)
        if line.rtl and line.measure is not None:
            x += line.measure - sum(run.width for run in runs)
        for run in runs:
            self._draw_run(x, y, run)
            if run.link is not None:
                self.link(x, y, x + run.width, run.style.size, run.link)
            if run.dotted:
                self._dots(x, x + run.width, y)
            x += run.width

    def _dots(self, x0: float, x1: float, y: float) -> None:
        dash, thick, below = _DOTS
        self.output.saveState()
        self.output.setLineCap(1)
        self.output.setDash(dash, 0)
        self.output.setLineWidth(thick)
        self.output.setStrokeColor(HexColor(style.MID))
        self.output.line(x0, y - below, x1, y - below)
        self.output.restoreState()

    # Times and links

    def time(self, x: float, y: float, seconds: float, text_style: TextStyle = style.TIME) -> float:
        """Draw a time that ends at x and links to the recording at that second; returns where it begins."""
        text = clock(seconds, hours=self.hours)
        start = self.text_right(x, y, text, text_style)
        self.link(start, y, x, text_style.size, seconds)
        return start

    def link(self, x0: float, y: float, x1: float, size: float, seconds: float) -> None:
        """Link a line of text from x0 to x1 to the recording at that second."""
        self.link_area(x0 - _LINK_MARGIN, y - 0.25 * size - 1, x1 + _LINK_MARGIN, y + 0.75 * size + 1, seconds)

    def link_area(self, x0: float, y0: float, x1: float, y1: float, seconds: float) -> None:
        """Link an area to the recording at that second; does nothing if the recording has no address."""
        if self.url:
            joint = "&" if "?" in self.url else "?"
            address = f"{self.url}{joint}t={max(0, int(seconds))}"
            self.output.linkURL(address, (x0, y0, x1, y1), relative=0, thickness=0)

    def anchor(self, key: str, title: str, level: int = 0) -> None:
        """Add the place at the cursor to the outline."""
        top = min(self.page.height, self.y + 2 * style.GRID)
        self.output.bookmarkPage(key, fit="XYZ", left=0, top=top, zoom=0)
        self.output.addOutlineEntry(title, key, level)

    # Lines and areas

    def rule(self, y: float, x0: float, x1: float, *, thick: float = 0.8, colour: str = style.INK) -> None:
        """A horizontal line."""
        self.output.setStrokeColor(HexColor(colour))
        self.output.setLineWidth(thick)
        self.output.line(x0, y, x1, y)

    def bar(self, x: float, y: float, wide: float, high: float, colour: str, *, split: bool = False) -> None:
        """A filled bar; two stripes if `split`."""
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
        self._paint(style.INK)
        half = wide / 2
        path = self.output.beginPath()
        path.moveTo(x - half, y)
        path.lineTo(x, y + half)
        path.lineTo(x + half, y)
        path.lineTo(x, y - half)
        path.close()
        self.output.drawPath(path, stroke=0, fill=1)
