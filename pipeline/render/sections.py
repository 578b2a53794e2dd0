"""Sections with rows: who | what | when, heads that keep their first row, rows that go on overleaf under their head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.render import composer, style
from pipeline.render.composer import Line
from pipeline.render.sheet import Sheet
from pipeline.render.style import Density, Style

TABLE_LEAST = 78.0
_HEAD_RISE = 16.5
_TABLE_HEADS = 16.25
_TABLE_RULE = 5.0
_LINES_UNSPLIT = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of one column from x on, all of one leading."""

    x: float
    lines: list[Line]


@dataclass(slots=True)
class Row:
    """One row; `mark` is a speaker's number (None: the neutral mark) where `marked`, `seconds` its time in the rail.

    `ornament` draws what else belongs to the row, while the cursor is on its first baseline.
    """

    cells: list[Cell]
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
class Heads:
    """Column heads of a table: texts flush left at x, the last one flush right in the rail."""

    left: list[tuple[float, str]]
    right: str


@dataclass(slots=True)
class Section:
    """A section on a sheet; `fill` draws its head and rows. With a `key` it stands in the outline."""

    sheet: Sheet
    title: str
    key: str | None = None
    count: int | None = None
    density: Density = style.NORMAL
    heads: Heads | None = None
    hairlines: bool = True
    gap: float | None = None
    hair_rise: float | None = None
    _rows: int = field(default=0, init=False)

    def fill(self, rows: Sequence[Row], *, least: float = 0.0) -> None:
        """Draw head and rows; the head stays with the first row, and with `least` points in all below it."""
        lines = rows[0].height if rows[0].height <= _LINES_UNSPLIT else 2
        first = self.density.head + (_TABLE_HEADS if self.heads else 0.0) + (lines - 1) * rows[0].leading
        self.begin(max(least, first))
        for row in rows:
            self.row(row)

    def begin(self, needed: float) -> None:
        """Draw the head; it moves to the next page where less than `needed` points fit below it."""
        sheet = self.sheet
        gap = 0.0 if sheet.fresh else self.density.section
        if not sheet.fresh and not sheet.fits(gap + style.HALF + needed):
            sheet.new_page()
            gap = 0.0
        sheet.down(gap + style.HALF)
        sheet.rule(sheet.y + _HEAD_RISE, style.LEFT, sheet.right)
        if self.key:
            sheet.anchor(self.key, self.title)
        end = sheet.text(style.LEFT, sheet.y, self.title, style.HEAD)
        if self.count is not None:
            sheet.text(end + 7, sheet.y, str(self.count), style.COUNT)
        self._below_head(self.density.head)

    def begin_empty(self) -> None:
        """Draw the head of a section in which nothing was found, which is said on its own line."""
        self.begin(0)
        head = self.sheet.y + self.density.head
        self.sheet.text(style.WHAT, head, "None were found.", style.CONTINUED)
        self.sheet.y = head
        self.sheet.down(style.GRID)

    def _below_head(self, gap: float) -> None:
        """Draw the column heads, if any, and move to the first row, `gap` below the head without them."""
        sheet = self.sheet
        if self.heads:
            y = sheet.y - gap + 3.25
            for x, text in self.heads.left:
                sheet.text(x, y, text, style.NOTE)
            sheet.text_right(sheet.right, y, self.heads.right, style.NOTE)
            sheet.rule(y - _TABLE_RULE, style.LEFT, sheet.right, thick=0.35, colour=style.HAIRLINE)
        sheet.down(gap + (_TABLE_HEADS if self.heads else 0.0))
        self._rows = 0

    def _continue(self) -> None:
        """Repeat the head on a new page."""
        sheet = self.sheet
        sheet.new_page()
        sheet.down(style.HALF)
        sheet.rule(sheet.y + _HEAD_RISE, style.LEFT, sheet.right)
        end = sheet.text(style.LEFT, sheet.y, self.title, style.HEAD)
        sheet.text(end + style.HALF, sheet.y, "continued", style.CONTINUED)
        self._below_head(style.NORMAL.head)

    def row(self, row: Row) -> None:
        """Draw a row; one that does not fit goes on the next page, one of more than twelve lines is split."""
        sheet = self.sheet
        height = (row.height - 1) * row.leading
        if not sheet.fits(height) and (row.height <= _LINES_UNSPLIT or not sheet.fits(2 * row.leading)):
            self._continue()
        elif self._rows and self.hairlines:
            rise = self.hair_rise or 9.75 + self.density.row / 2
            sheet.rule(sheet.y + rise, style.LEFT, sheet.right, thick=0.35, colour=style.HAIRLINE)
        self._draw(row)
        self._rows += 1

    def _draw(self, row: Row) -> None:
        sheet = self.sheet
        done = 0
        while True:
            room = int((sheet.y - style.LAST_BASELINE) / row.leading + 1 + 1e-6)
            count = max(1, min(row.height - done, room))
            if row.ornament and not done:
                row.ornament()
            if row.marked and not done:
                sheet.mark(sheet.y, row.mark)
            for cell in row.cells:
                for number, line in enumerate(cell.lines[done : done + count]):
                    sheet.line(cell.x, sheet.y - number * row.leading, line)
            if row.seconds is not None and not done:
                sheet.time(sheet.right, sheet.y, row.seconds)
            done += count
            sheet.down(count * row.leading)
            if done >= row.height:
                break
            self._continue()
        sheet.down(self.gap if self.gap is not None else self.density.row)


def plain(text: str, look: Style, measure: float) -> list[Line]:
    """Running text in lines."""
    return composer.ragged(composer.words(text, look, measure), measure)


def item(text: str, look: Style, measure: float) -> list[Line]:
    """An item's text in balanced lines."""
    return composer.balanced(composer.words(text, look, measure), measure)
