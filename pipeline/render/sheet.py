"""Pages to draw on: a cursor that goes down, running head and foot, links, marks and the outline."""

from __future__ import annotations

import re
from typing import Any

from reportlab.lib.colors import HexColor

from pipeline.render import composer, faces, style
from pipeline.render.composer import Line
from pipeline.render.figures import clock
from pipeline.render.style import Page, Style

MARK = 5.2
_MARK_RISE = 0.5
_STRIPE = 0.36
_LINK_MARGIN = 2.5
_DOTS = ([0, 1.7], 0.55, 2.4)
_WEB = re.compile(r"https?://", re.IGNORECASE)


class NoCanvas:
    """Takes every drawing call and draws nothing: to measure a page."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self


class Sheet:
    """The document while it is drawn. `y` is the baseline of the next line.

    `canvas` is reportlab's or `NoCanvas`. `title` stands in the running head of every page but the first, on the
    right of it `date` or, where `page_times` is set, the first and last moment of the page. Pages are numbered at
    the end, when their count is known.
    """

    def __init__(self, canvas: Any, page: Page, *, title: str, date: str, url: str | None, hours: bool) -> None:
        self.canvas = canvas
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
        """How many lines of the grid still fit, the one at the cursor included."""
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
        self.canvas.showPage()
        self.number += 1
        self.y = self.page.top
        self.fresh = True
        self._begin()

    def finish(self) -> None:
        """End the last page and number all of them."""
        self._end()
        self.canvas.showPage()
        for number in range(1, self.number + 1):
            self.canvas.beginForm(f"page{number}", 0, 0, self.page.width, self.page.height)
            self._forget()
            self.text_right(self.right, style.FOOT_BASELINE, f"{number} / {self.number}", style.FOOT_PAGE)
            self.canvas.endForm()

    def _begin(self) -> None:
        self._forget()
        self.page_times = None
        if self.number > 1:
            room = self.right - style.LEFT - 110
            title = composer.cut_line(self.title, style.NOTE, room)
            self.text(style.LEFT, self.page.height - 36, title, style.NOTE)

    def _end(self) -> None:
        if self.number > 1:
            self._head_right(self.page.height - 36)
        self.text(style.LEFT, style.FOOT_BASELINE, self.part, style.FOOT_PART)
        if self.number == 1 and self.foot_note:
            self.text(style.WHAT, style.FOOT_BASELINE, self.foot_note, style.NOTE)
        self.canvas.doForm(f"page{self.number}")

    def _head_right(self, y: float) -> None:
        if not self.page_times:
            self.text_right(self.right, y, self.date, style.NOTE)
            return
        first, last = self.page_times
        if int(last) == int(first):
            self.time(self.right, y, first, style.NOTE_RED)
            return
        dash = "\xa0\xa0–\xa0\xa0"
        x = self.right - composer.width(clock(last, hours=self.hours), style.NOTE_RED)
        dash_x = x - composer.width(dash, style.NOTE)
        self.time(dash_x, y, first, style.NOTE_RED)
        self.text(dash_x, y, dash, style.NOTE)
        self.time(self.right, y, last, style.NOTE_RED)

    # Text

    def _forget(self) -> None:
        self._font: tuple[str, float] | None = None
        self._fill: str | None = None

    def _use(self, face: str, look: Style) -> None:
        if self._font != (face, look.size):
            self.canvas.setFont(face, look.size)
            self._font = (face, look.size)
        self._paint(look.colour)

    def _paint(self, colour: str) -> None:
        if self._fill != colour:
            self.canvas.setFillColor(HexColor(colour))
            self._fill = colour

    def text(self, x: float, y: float, text: str, look: Style) -> float:
        """Draw one line from x; returns where it ends."""
        for face, part in faces.runs(text, look.face):
            faces.face(face)
            self._use(face, look)
            self.canvas.drawString(x, y, part)
            x += faces.width(part, face, look.size)
        return x

    def text_right(self, x: float, y: float, text: str, look: Style) -> float:
        """Draw one line that ends at x; returns where it begins."""
        start = x - composer.width(text, look)
        self.text(start, y, text, look)
        return start

    def display(self, x: float, y: float, text: str, look: Style, *, flush_right: bool = False) -> float:
        """Draw one line with its pairs kerned, its first letter flush at x (or its end); returns its width."""
        shaped, wide = faces.kerned(text, look.face, look.size)
        if flush_right:
            x -= wide
        if isinstance(shaped, str) and type(shaped) is str:
            self.text(x, y, text, look)
            return wide
        self._paint(look.colour)
        line = self.canvas.beginText(x, y)
        line.setFont(look.face, look.size)
        line.textOut(shaped)
        self.canvas.drawText(line)
        self._font = None
        return wide

    def line(self, x: float, y: float, line: Line) -> None:
        """Draw a composed line, one stroke of text for each stretch of the same look."""
        start = 0
        for number in range(1, len(line) + 1):
            if number < len(line) and _same_look(line[number], line[start]):
                continue
            part = line[start:number]
            x += part[0].space if start else 0.0
            x = self._stretch(x, y, part)
            start = number

    def _stretch(self, x: float, y: float, part: Line) -> float:
        first = part[0]
        if first.link is not None:
            end = self.text(x, y, composer.text_of(part), first.style)
            self.link(x, y, end, first.style.size, first.link)
            return end
        self.text(x, y, composer.text_of(part), first.style)
        end = x + composer.line_width(part)
        if first.dotted:
            self._dots(x, end, y)
        return end

    def _dots(self, x0: float, x1: float, y: float) -> None:
        dash, thick, below = _DOTS
        self.canvas.saveState()
        self.canvas.setLineCap(1)
        self.canvas.setDash(dash, 0)
        self.canvas.setLineWidth(thick)
        self.canvas.setStrokeColor(HexColor(style.MID))
        self.canvas.line(x0, y - below, x1, y - below)
        self.canvas.restoreState()

    # Times and links

    def time(self, x: float, y: float, seconds: float, look: Style = style.TIME) -> float:
        """Draw a moment that ends at x and opens the recording there; returns where it begins."""
        text = clock(seconds, hours=self.hours)
        start = self.text_right(x, y, text, look)
        self.link(start, y, x, look.size, seconds)
        return start

    def link(self, x0: float, y: float, x1: float, size: float, seconds: float) -> None:
        """Make a line of text from x0 to x1 open the recording at that second."""
        self.link_area(x0 - _LINK_MARGIN, y - 0.25 * size - 1, x1 + _LINK_MARGIN, y + 0.75 * size + 1, seconds)

    def link_area(self, x0: float, y0: float, x1: float, y1: float, seconds: float) -> None:
        """Make an area open the recording at that second; nothing where there is no address."""
        if self.url:
            joint = "&" if "?" in self.url else "?"
            address = f"{self.url}{joint}t={max(0, int(seconds))}"
            self.canvas.linkURL(address, (x0, y0, x1, y1), relative=0, thickness=0)

    def anchor(self, key: str, title: str, level: int = 0) -> None:
        """Enter the place at the cursor into the outline."""
        top = min(self.page.height, self.y + 2 * style.GRID)
        self.canvas.bookmarkPage(key, fit="XYZ", left=0, top=top, zoom=0)
        self.canvas.addOutlineEntry(title, key, level)

    # Lines and areas

    def rule(self, y: float, x0: float, x1: float, *, thick: float = 0.8, colour: str = style.INK) -> None:
        """A horizontal line."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(thick)
        self.canvas.line(x0, y, x1, y)

    def bar(self, x: float, y: float, wide: float, high: float, colour: str, *, split: bool = False) -> None:
        """A filled bar, as two stripes where `split`."""
        self._paint(colour)
        if not split:
            self.canvas.rect(x, y, wide, high, stroke=0, fill=1)
            return
        stripe = _STRIPE * high
        self.canvas.rect(x, y, wide, stripe, stroke=0, fill=1)
        self.canvas.rect(x, y + high - stripe, wide, stripe, stroke=0, fill=1)

    def mark(self, y: float, number: int | None) -> None:
        """The mark of a speaker beside the baseline y."""
        colour, split = style.speaker_colour(number)
        self.bar(style.LEFT, y + _MARK_RISE, MARK, MARK, colour, split=split)

    def diamond(self, x: float, y: float, wide: float) -> None:
        """A filled diamond around a point."""
        self._paint(style.INK)
        half = wide / 2
        path = self.canvas.beginPath()
        path.moveTo(x - half, y)
        path.lineTo(x, y + half)
        path.lineTo(x + half, y)
        path.lineTo(x, y - half)
        path.close()
        self.canvas.drawPath(path, stroke=0, fill=1)


def _same_look(one: composer.Word, other: composer.Word) -> bool:
    return one.style is other.style and one.dotted == other.dotted and one.link == other.link
