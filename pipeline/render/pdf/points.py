"""Decisions, action items, open questions and quotes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.reading.dues import describe_due, describe_guesses
from pipeline.reading.marks import describe_marks
from pipeline.reading.people import People, Person
from pipeline.recap import ActionItem, Point
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.direction import is_rtl
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.name_cell import name_cell
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import (
    TABLE_LEAST,
    ColumnHeads,
    SectionTable,
    TableCell,
    TableRow,
    balanced_text,
)
from pipeline.render.pdf.style import Density

LinesOf = Callable[[Point], str]
"""What was said in the lines of a point; empty where it is not to be shown."""
MAX_EVIDENCE_LINES = 4
_NAME_X = style.LEFT + style.NAME_INDENT


def _evidence(said: str, measure: float) -> list[TextLine]:
    """What was said, in small type below a point; cut after MAX_EVIDENCE_LINES."""
    if not said:
        return []
    return balanced_text(f"“{said}”", style.EVIDENCE, measure)[:MAX_EVIDENCE_LINES]


def _marks(point: Point, measure: float) -> list[TextLine]:
    """What people did to a point, in small type below it."""
    marks = describe_marks(point)
    return balanced_text(marks, style.EVIDENCE, measure) if marks else []


def _person_cell(person: Person | None) -> TableCell:
    return TableCell(_NAME_X, name_cell(person))


def draw_points(
    canvas: PageCanvas,
    title: str,
    key: str,
    points: tuple[Point, ...],
    people: People,
    density: Density,
    lines: LinesOf,
    *,
    stays: bool,
) -> None:
    """A section of who | text and the lines that bear it | time.

    Without points it is left out, or says so if it `stays`.
    """
    if not points:
        if stays:
            SectionTable(canvas, title, key, density=density).begin_empty()
        return
    rows = []
    for point in points:
        person = people.speaker(point.speaker)
        text = balanced_text(point.text, style.BODY, style.TEXT_WIDTH) + _evidence(lines(point), style.TEXT_WIDTH)
        text += _marks(point, style.TEXT_WIDTH)
        mark = person.number if person else None
        cells = [_person_cell(person), TableCell(style.WHAT, text)]
        rows.append(TableRow(cells, point.time, mark, person is not None))
    SectionTable(canvas, title, key, len(points), density).fill(rows)


def draw_action_items(
    canvas: PageCanvas,
    actions: tuple[ActionItem, ...],
    people: People,
    density: Density,
    lines: LinesOf,
    *,
    stays: bool,
) -> None:
    """A section of who | task and the lines that bear it | due | time; what only the model says of them is marked."""
    title, key = "Action items", "actions"
    if not actions:
        if stays:
            SectionTable(canvas, title, key, density=density).begin_empty()
        return
    heads = ColumnHeads([(_NAME_X, "Owner"), (style.WHAT, "Task"), (style.DUE, "Due")], "Said at")
    rows = []
    for action in actions:
        person = people.owner(action.owner)
        task = balanced_text(action.text, style.BODY, style.TASK_WIDTH) + _evidence(lines(action), style.TASK_WIDTH)
        task += _marks(action, style.TASK_WIDTH)
        due = line_breaking.break_name(describe_due(action) or "–", style.NAME, style.DUE_WIDTH, 3)
        if guesses := describe_guesses(action):
            due += line_breaking.break_name(f"{guesses} by the model", style.EVIDENCE, style.DUE_WIDTH, 3)
        cells = [_person_cell(person), TableCell(style.WHAT, task), TableCell(style.DUE, due)]
        rows.append(TableRow(cells, action.time, person.number, marked=True))
    SectionTable(canvas, title, key, len(actions), density, heads).fill(rows, least=TABLE_LEAST)


def draw_quotes(canvas: PageCanvas, quotes: tuple[Point, ...], people: People) -> None:
    if not quotes:
        return
    rows = []
    for quote in quotes:
        text = quote.text.strip('"“”„ ')
        person = people.speaker(quote.speaker)
        mark = person.number if person else None
        cells = [_person_cell(person), *_quote_cells(text)]
        if marks := _marks(quote, style.TEXT_WIDTH):
            cells[-1] = replace(cells[-1], lines=cells[-1].lines + marks)
        rows.append(TableRow(cells, quote.time, mark, person is not None, style.OVERVIEW_LEADING))
    SectionTable(canvas, "In their words", "quotes", hairlines=False, gap=9.75).fill(rows)


def _quote_cells(text: str) -> list[TableCell]:
    """A quote with its opening mark hung outside."""
    if is_rtl(text):
        return [TableCell(style.WHAT, balanced_text(f"“{text}”", style.QUOTE, style.TEXT_WIDTH))]
    opening = TextLine(line_breaking.set_words("“", style.QUOTE, style.TEXT_WIDTH))
    hung = TableCell(style.WHAT - line_breaking.width("“", style.QUOTE), [opening])
    return [hung, TableCell(style.WHAT, balanced_text(f"{text}”", style.QUOTE, style.TEXT_WIDTH))]
