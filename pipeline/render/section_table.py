"""Sections with rows of who | what | when. A head stays with its first row and is repeated on the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.render import line_breaking, style
from pipeline.render.line_breaking import TextLine
from pipeline.render.page_canvas import PageCanvas
from pipeline.render.style import Density, TextStyle

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
    """A section on a canvas; `fill` draws its head and rows. With a `key` it is in the outline."""

    canvas: PageCanvas
    title: str
    key: str | None = None
    count: int | None = None
    density: Density = style.NORMAL
    heads: ColumnHeads | None = None
    hairlines: bool = True
    gap: float | None = None
    hair_rise: float | None = None
    _rows: int = field(default=0, init=False)

    def fill(self, rows: Sequence[TableRow], *, least: float = 0.0) -> None:
        """Draw head and rows; the head stays with the first row and with at least `least` points below it."""
        lines = rows[0].height if rows[0].height <= _LINES_UNSPLIT else 2
        first = self.density.head + (_TABLE_HEADS if self.heads else 0.0) + (lines - 1) * rows[0].leading
        self.begin(max(least, first))
        for row in rows:
            self.row(row)

    def begin(self, needed: float) -> None:
        """Draw the head, on the next page if less than `needed` points fit below it."""
        canvas = self.canvas
        gap = 0.0 if canvas.fresh else self.density.section
        if not canvas.fresh and not canvas.fits(gap + style.HALF + needed):
            canvas.new_page()
            gap = 0.0
        canvas.down(gap + style.HALF)
        canvas.rule(canvas.y + _HEAD_RISE, style.LEFT, canvas.right)
        if self.key:
            canvas.anchor(self.key, self.title)
        end = canvas.text(style.LEFT, canvas.y, self.title, style.HEAD)
        if self.count is not None:
            canvas.text(end + 7, canvas.y, str(self.count), style.COUNT)
        self._below_head(self.density.head)

    def begin_empty(self) -> None:
        """Draw the head of an empty section and a line that says so."""
        self.begin(0)
        head = self.canvas.y + self.density.head
        self.canvas.text(style.WHAT, head, "None were found.", style.CONTINUED)
        self.canvas.y = head
        self.canvas.down(style.GRID)

    def _below_head(self, gap: float) -> None:
        """Draw the column heads, if any, and move to the first row, `gap` below the head without them."""
        canvas = self.canvas
        if self.heads:
            y = canvas.y - gap + 3.25
            for x, text in self.heads.left:
                canvas.text(x, y, text, style.NOTE)
            canvas.text_right(canvas.right, y, self.heads.right, style.NOTE)
            canvas.rule(y - _TABLE_RULE, style.LEFT, canvas.right, thick=0.35, colour=style.HAIRLINE)
        canvas.down(gap + (_TABLE_HEADS if self.heads else 0.0))
        self._rows = 0

    def _continue(self) -> None:
        """Repeat the head on a new page."""
        canvas = self.canvas
        canvas.new_page()
        canvas.down(style.HALF)
        canvas.rule(canvas.y + _HEAD_RISE, style.LEFT, canvas.right)
        end = canvas.text(style.LEFT, canvas.y, self.title, style.HEAD)
        canvas.text(end + style.HALF, canvas.y, "continued", style.CONTINUED)
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
        while True:
            room = int((canvas.y - style.LAST_BASELINE) / row.leading + 1 + 1e-6)
            count = max(1, min(row.height - done, room))
            if row.ornament and not done:
                row.ornament()
            if row.marked and not done:
                canvas.mark(canvas.y, row.mark)
            for cell in row.cells:
                for number, line in enumerate(cell.lines[done : done + count]):
                    canvas.line(cell.x, canvas.y - number * row.leading, line)
            if row.seconds is not None and not done:
                canvas.time(canvas.right, canvas.y, row.seconds)
            done += count
            canvas.down(count * row.leading)
            if done >= row.height:
                break
            self._continue()
        canvas.down(self.gap if self.gap is not None else self.density.row)


def running_text(text: str, text_style: TextStyle, measure: float) -> list[TextLine]:
    """Running text in lines."""
    return line_breaking.break_ragged(line_breaking.set_words(text, text_style, measure), measure)


def balanced_text(text: str, text_style: TextStyle, measure: float) -> list[TextLine]:
    """An item's text in balanced lines."""
    return line_breaking.break_balanced(line_breaking.set_words(text, text_style, measure), measure)
