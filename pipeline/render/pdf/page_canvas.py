"""Pages to draw on: a cursor that moves down, running head and foot, links, marks and the outline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from pipeline.render.formatting import clock, is_web_address
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.line_breaking import TextLine, line_text
from pipeline.render.pdf.line_runs import LineRun, line_runs
from pipeline.render.pdf.style import PaperSize, TextStyle
from pipeline.render.pdf.text_canvas import TextCanvas

_LINK_MARGIN = 2.5


class PageCanvas(TextCanvas):
    """The document while it is drawn. `y` is the baseline of the next line.

    `output` is reportlab's canvas or `NullCanvas`. `title` stands in the running head of every page but the first, on
    its right `date` or, where `page_times` is set, the first and last moment of the page. Pages are numbered at
    the end, when their count is known. `letterhead` gives the colour of the rules and a line above the foot.
    """

    def __init__(
        self,
        output: Any,
        page: PaperSize,
        *,
        title: str,
        date: str,
        url: str | None = None,
        hours: bool = False,
        letterhead: Letterhead,
    ) -> None:
        super().__init__(output)
        self.page = page
        self.title = title
        self.date = date
        self.url = url if is_web_address(url) else None
        self.hours = hours
        self.accent = letterhead.colour or style.INK
        self.footer = letterhead.footer
        self.part = "Recap"
        self.foot_note = ""
        self.page_times: tuple[float, float] | None = None
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
        self.end_page()
        self.number += 1
        self.y = self.page.top
        self.fresh = True
        self._begin()

    def finish(self) -> None:
        """End the last page and number all of them."""
        self._end()
        self.end_page()
        for number in range(1, self.number + 1):
            self.output.beginForm(f"page{number}", 0, 0, self.page.width, self.page.height)
            self.forget_state()
            self.text_right(self.right, style.FOOT_BASELINE, f"{number} / {self.number}", style.FOOT_PAGE)
            self.end_content()
            self.output.endForm()

    def _begin(self) -> None:
        self.forget_state()
        self.page_times = None
        if self.number > 1:
            room = self.right - style.LEFT - 110
            title = line_breaking.truncate_to_width(self.title, style.NOTE, room)
            with self.artifact():
                self.text(style.LEFT, self.page.height - 36, title, style.NOTE)

    def _end(self) -> None:
        with self.artifact():
            if self.number > 1:
                self._head_right(self.page.height - 36)
            if self.footer:
                self._draw_footer()
            self.text(style.LEFT, style.FOOT_BASELINE, self.part, style.FOOT_PART)
            if self.number == 1 and self.foot_note:
                self.text(style.WHAT, style.FOOT_BASELINE, self.foot_note, style.NOTE)
            self.begin_shape()
            self.output.doForm(f"page{self.number}")

    def _draw_footer(self) -> None:
        """The letterhead's footer line, read once."""
        shown = line_breaking.truncate_to_width(self.footer, style.NOTE, self.right - style.LEFT)
        with self.tagged("P") if self.number == 1 else nullcontext():
            self.text(style.LEFT, style.FOOT_BASELINE + style.GRID, shown, style.NOTE)

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

    def line(self, x: float, y: float, line: TextLine) -> None:
        """Draw a line of pieces from x, or so that it ends at its measure if it runs from right to left."""
        runs = line_runs(line)
        if line.rtl and line.measure is not None:
            x += line.measure - sum(run.width for run in runs)
        if any(run.link is not None for run in runs):
            for run in runs:
                x = self._draw_linked(x, y, run)
            return
        with self.read_as(line_text(line)):
            for run in runs:
                self.draw_run(x, y, run)
                if run.dotted:
                    self.dots(x, x + run.width, y)
                x += run.width

    def _draw_linked(self, x: float, y: float, run: LineRun) -> float:
        """Draw a run of a line with links; returns where it ends."""
        end = x + run.width
        if run.link is None:
            with self.read_as(run.text):
                self.draw_run(x, y, run)
            return end
        with self.linked():
            self.draw_run(x, y, run)
            self.link(x, y, end, run.style.size, run.link)
        return end

    # Times and links

    def time(self, x: float, y: float, seconds: float, text_style: TextStyle = style.TIME) -> float:
        """Draw a time that ends at x and links to the recording at that second; returns where it begins."""
        text = clock(seconds, hours=self.hours)
        with self.linked():
            start = self.text_right(x, y, text, text_style)
            self.link(start, y, x, text_style.size, seconds)
        return start

    @contextmanager
    def linked(self) -> Iterator[None]:
        """Draw the text of a link to the recording, if there are links."""
        if self.is_artifact or not self.url:
            yield
        else:
            with self.tagged("Link"):
                yield

    def link(self, x0: float, y: float, x1: float, size: float, seconds: float) -> None:
        """Link a line of text from x0 to x1 to the recording at that second."""
        self.link_area(x0 - _LINK_MARGIN, y - 0.25 * size - 1, x1 + _LINK_MARGIN, y + 0.75 * size + 1, seconds)

    def link_area(self, x0: float, y0: float, x1: float, y1: float, seconds: float) -> None:
        """Link an area to the recording at that second; does nothing if the recording has no address."""
        if self.url:
            joint = "&" if "?" in self.url else "?"
            address = f"{self.url}{joint}t={max(0, int(seconds))}"
            self.output.linkURL(address, (x0, y0, x1, y1), relative=0, thickness=0)
            self.add_link(f"Recording at {clock(seconds, hours=self.hours)}")

    def link_inside(self, key: str, text: str, x: float, text_style: TextStyle) -> float:
        """Draw a text on the line of the cursor that leads to a place in the document; returns where it ends."""
        with self.tagged("Link"):
            end = self.text(x, self.y, text, text_style)
            self.output.linkRect("", key, (x, self.y - 3, end, self.y + 9), relative=0, thickness=0)
            self.add_link(text)
        return end

    def anchor(self, key: str, title: str, level: int = 0) -> None:
        """Add the place at the cursor to the outline."""
        top = min(self.page.height, self.y + 2 * style.GRID)
        self.output.bookmarkPage(key, fit="XYZ", left=0, top=top, zoom=0)
        self.output.addOutlineEntry(title, key, level)
