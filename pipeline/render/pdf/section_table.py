"""Sections with rows of who | what | when. A head stays with its first row and is repeated on the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.structure import Element
from pipeline.render.pdf.style import Density, TextStyle

TABLE_LEAST = 78.0
_HEAD_RISE = 16.5
_TABLE_HEADS = 16.25
_TABLE_RULE = 5.0
_LINES_UNSPLIT = 12


@dataclass(frozen=True, slots=True)
class TableCell:
    """Lines of one column from x on, all of one leading."""

    x: float
    lines: list[TextLine]


@dataclass(slots=True)
class TableRow:
    """One row; if `marked`, `mark` is a speaker's number (None: the neutral mark). `seconds` is its time in the rail.

    `ornament` draws what else belongs to the row, while the cursor is on its first baseline.
    """

    cells: list[TableCell]
    seconds: float | None = None
    mark: int | None = None
    marked: bool = False
    leading: float = style.GRID
    ornament: Callable[[], None] | None = None

    @property
    def height(self) -> int:
        """The number of its lines."""
        return max((len(cell.lines) for cell in self.cells), default=1) or 1


@dataclass(slots=True)
class ColumnHeads:
    """Column heads of a table: texts flush left at x, the last one flush right in the rail."""

    left: list[tuple[float, str]]
    right: str


@dataclass(slots=True)
class SectionTable:
    """A section on a canvas; `fill` draws its head and rows. With a `key` it is in the outline.

    To readers it is a table if it has column heads, else a list; `level` is that of its head.
    """

    canvas: PageCanvas
    title: str
    key: str | None = None
    count: int | None = None
    density: Density = style.NORMAL
    heads: ColumnHeads | None = None
    hairlines: bool = True
    gap: float | None = None
    hair_rise: float | None = None
    level: int = 2
    _rows: int = field(default=0, init=False)
    _body: Element | None = field(default=None, init=False)

    def fill(self, rows: Sequence[TableRow], *, least: float = 0.0) -> None:
        """Draw head and rows; the head stays with the first row and with at least `least` points below it."""
        lines = rows[0].height if rows[0].height <= _LINES_UNSPLIT else 2
        first = self.density.head + (_TABLE_HEADS if self.heads else 0.0) + (lines - 1) * rows[0].leading
        self.begin(max(least, first))
        body = self._body or self.canvas.element("L")
        for row in rows:
            with self.canvas.inside(body):
                self.row(row)

    def begin(self, needed: float) -> None:
        """Draw the head, on the next page if less than `needed` points fit below it."""
        canvas = self.canvas
        gap = 0.0 if canvas.fresh else self.density.section
        if not canvas.fresh and not canvas.fits(gap + style.HALF + needed):
            canvas.new_page()
            gap = 0.0
        canvas.down(gap + style.HALF)
        canvas.rule(canvas.y + _HEAD_RISE, style.LEFT, canvas.right, colour=canvas.accent)
        if self.key:
            canvas.anchor(self.key, self.title)
        with canvas.tagged(f"H{self.level}"):
            end = canvas.text(style.LEFT, canvas.y, self.title, style.HEAD)
            if self.count is not None:
                canvas.text(end + 7, canvas.y, str(self.count), style.COUNT)
        if self.heads:
            self._body = canvas.element("Table")
            with canvas.inside(self._body), canvas.tagged("TR"):
                self._draw_heads(self.heads, self.density.head)
        self._below_head(self.density.head)

    def begin_empty(self) -> None:
        """Draw the head of an empty section and a line that says so."""
        self.begin(0)
        head = self.canvas.y + self.density.head
        with self.canvas.tagged("P"):
            self.canvas.text(style.WHAT, head, "None were found.", style.CONTINUED)
        self.canvas.y = head
        self.canvas.down(style.GRID)

    def _below_head(self, gap: float) -> None:
        """Move to the first row, `gap` below the head without column heads."""
        self.canvas.down(gap + (_TABLE_HEADS if self.heads else 0.0))
        self._rows = 0

    def _draw_heads(self, heads: ColumnHeads, gap: float) -> None:
        canvas = self.canvas
        y = canvas.y - gap + 3.25
        for x, text in heads.left:
            with self._head_cell():
                canvas.text(x, y, text, style.NOTE)
        if heads.right:
            with self._head_cell():
                canvas.text_right(canvas.right, y, heads.right, style.NOTE)
        canvas.rule(y - _TABLE_RULE, style.LEFT, canvas.right, thick=0.35, colour=style.HAIRLINE)

    def _head_cell(self) -> AbstractContextManager[object]:
        """A head of the table's first row; where the table goes on, its heads only repeat."""
        return nullcontext() if self.canvas.is_artifact else self.canvas.tagged("TH", scope="Column")

    def _continue(self) -> None:
        """Repeat the head on a new page."""
        canvas = self.canvas
        canvas.new_page()
        canvas.down(style.HALF)
        with canvas.artifact():
            canvas.rule(canvas.y + _HEAD_RISE, style.LEFT, canvas.right, colour=canvas.accent)
            end = canvas.text(style.LEFT, canvas.y, self.title, style.HEAD)
            canvas.text(end + style.HALF, canvas.y, "continued", style.CONTINUED)
            if self.heads:
                self._draw_heads(self.heads, style.NORMAL.head)
        self._below_head(style.NORMAL.head)

    def row(self, row: TableRow) -> None:
        """Draw a row; one that does not fit moves to the next page, and one of more than twelve lines is split."""
        canvas = self.canvas
        height = (row.height - 1) * row.leading
        if not canvas.fits(height) and (row.height <= _LINES_UNSPLIT or not canvas.fits(2 * row.leading)):
            self._continue()
        elif self._rows and self.hairlines:
            rise = self.hair_rise or 9.75 + self.density.row / 2
            canvas.rule(canvas.y + rise, style.LEFT, canvas.right, thick=0.35, colour=style.HAIRLINE)
        self._draw(row)
        self._rows += 1

    def _draw(self, row: TableRow) -> None:
        canvas = self.canvas
        done = 0
        elements = self._elements(row)
        while True:
            room = int((canvas.y - style.LAST_BASELINE) / row.leading + 1 + 1e-6)
            count = max(1, min(row.height - done, room))
            if row.ornament and not done:
                row.ornament()
            if row.marked and not done:
                canvas.mark(canvas.y, row.mark)
            for cell, element in zip(row.cells, elements, strict=False):
                with canvas.inside(element):
                    for number, line in enumerate(cell.lines[done : done + count]):
                        canvas.line(cell.x, canvas.y - number * row.leading, line)
            if row.seconds is not None and not done:
                with canvas.inside(elements[-1]):
                    canvas.time(canvas.right, canvas.y, row.seconds)
            done += count
            canvas.down(count * row.leading)
            if done >= row.height:
                break
            self._continue()
        canvas.down(self.gap if self.gap is not None else self.density.row)

    def _elements(self, row: TableRow) -> list[Element]:
        """The element of each cell, and last that of the time: cells of a table, or label and body of a list's item."""
        canvas = self.canvas
        if self.heads:
            with canvas.tagged("TR"):
                return [canvas.element("TD") for _ in range(len(row.cells) + (row.seconds is not None))]
        with canvas.tagged("LI"):
            label = canvas.element("Lbl") if any(row.cells[0].lines) else None
            body = canvas.element("LBody")
        return [label or body, *(body for _ in row.cells)]


def running_text(text: str, text_style: TextStyle, measure: float) -> list[TextLine]:
    """Running text in lines."""
    return line_breaking.break_ragged(line_breaking.set_words(text, text_style, measure), measure)


def balanced_text(text: str, text_style: TextStyle, measure: float) -> list[TextLine]:
    """An item's text in balanced lines."""
    return line_breaking.break_balanced(line_breaking.set_words(text, text_style, measure), measure)
