"""The sections of the minutes: who met, the agenda, motions, tasks, questions, and lines to sign."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pipeline.minutes.minutes import AgendaItem, Motion, Task
from pipeline.minutes.minutes import Minutes as MinutesText
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import (
    TABLE_LEAST,
    ColumnHeads,
    SectionTable,
    TableCell,
    TableRow,
    balanced_text,
    running_text,
)

_HALF_WIDTH = 162.0
_RIGHT_HALF = style.WHAT + _HALF_WIDTH + 12
_LABEL_GAP = 5.0
_BLANK_DROP = 2.0
_LINES_TOGETHER = 12
_SIGN_HEIGHT = 58.5
_SIGN_WIDTH = 220.0


def draw_facts(canvas: PageCanvas, minutes: MinutesText) -> None:
    """Date, place, and who was there and who was not; a line to write on where that is not known."""
    facts = (
        ("Date", (minutes.date,)),
        ("Place", (minutes.place,)),
        ("Attendance", minutes.attendance),
        ("Apologies", minutes.apologies),
    )
    rows = [_labelled(canvas, label, ", ".join(values)) for label, values in facts]
    SectionTable(canvas, "Meeting", "meeting").fill(rows)


def draw_agenda(canvas: PageCanvas, agenda: tuple[AgendaItem, ...]) -> None:
    if not agenda:
        return
    rows = []
    for number, item in enumerate(agenda, 1):
        lines = running_text(item.title, style.TOPIC_TITLE, style.TEXT_WIDTH) if item.title else []
        lines += running_text(item.text, style.BODY, style.TEXT_WIDTH)
        lines += running_text(item.outcome, style.NAME, style.TEXT_WIDTH) if item.outcome else []
        rows.append(TableRow([_label(str(number)), TableCell(style.WHAT, lines)]))
    SectionTable(canvas, "Agenda", "agenda", len(agenda)).fill(rows)


def draw_motions(canvas: PageCanvas, motions: tuple[Motion, ...]) -> None:
    """Each motion with mover, seconder, vote and result; the section stays where there are none."""
    section = SectionTable(canvas, "Decisions", "decisions", len(motions) or None)
    if not motions:
        section.begin_empty()
        return
    rows = []
    for number, motion in enumerate(motions, 1):
        rows += _motion_rows(canvas, number, motion)
    section.fill(rows)


def draw_tasks(canvas: PageCanvas, tasks: tuple[Task, ...]) -> None:
    if not tasks:
        SectionTable(canvas, "Action items", "actions").begin_empty()
        return
    heads = ColumnHeads([(style.LEFT, "Owner"), (style.WHAT, "Task"), (style.DUE, "Due")], "")
    rows = []
    for task in tasks:
        owner = line_breaking.break_name(task.owner or "–", style.NAME, style.NAME_WIDTH, 3)
        due = running_text(task.due or "–", style.NAME, style.DUE_WIDTH)
        text = balanced_text(task.text, style.BODY, style.TASK_WIDTH)
        rows.append(TableRow([TableCell(style.LEFT, owner), TableCell(style.WHAT, text), TableCell(style.DUE, due)]))
    SectionTable(canvas, "Action items", "actions", len(tasks), heads=heads).fill(rows, least=TABLE_LEAST)


def draw_questions(canvas: PageCanvas, questions: tuple[str, ...]) -> None:
    if not questions:
        return
    rows = [
        TableRow([_label(str(number)), TableCell(style.WHAT, balanced_text(text, style.BODY, style.TEXT_WIDTH))])
        for number, text in enumerate(questions, 1)
    ]
    SectionTable(canvas, "Open questions", "questions", len(questions)).fill(rows)


def draw_next_meeting(canvas: PageCanvas, text: str) -> None:
    SectionTable(canvas, "Next meeting", "next").fill([_labelled(canvas, "Date and place", text)])


def draw_signatures(canvas: PageCanvas, chair: str, secretary: str) -> None:
    """Two lines to sign side by side, with what each is and, where it is known, the name."""
    signers = (("Chair", chair), ("Secretary", secretary))
    names = [running_text(name, style.NAME, _SIGN_WIDTH)[:3] for _, name in signers]
    SectionTable(canvas, "Signatures", "signatures").begin(_SIGN_HEIGHT + 3 * style.GRID)
    canvas.down(_SIGN_HEIGHT)
    for (label, _), lines, x in zip(signers, names, (style.LEFT, canvas.right - _SIGN_WIDTH), strict=True):
        canvas.rule(canvas.y + style.GRID, x, x + _SIGN_WIDTH, thick=0.5)
        with canvas.tagged("P"):
            canvas.text(x, canvas.y, label, style.NAME)
            for number, line in enumerate(lines, 1):
                canvas.line(x, canvas.y - number * style.GRID, line)
    canvas.down(3 * style.GRID)


def _label(text: str) -> TableCell:
    return TableCell(style.LEFT, line_breaking.break_name(text, style.NAME, style.WHAT - style.LEFT - 8, 2))


def _labelled(canvas: PageCanvas, label: str, text: str) -> TableRow:
    """A row of label and text, or of a label and a line to write on."""
    lines = running_text(text, style.BODY, style.TEXT_WIDTH) if text else [TextLine()]
    blank = None if text else partial(_draw_blanks, canvas, [(style.WHAT, 0, style.TEXT_WIDTH)])
    return TableRow([_label(label), TableCell(style.WHAT, lines)], ornament=blank)


def _motion_rows(canvas: PageCanvas, number: int, motion: Motion) -> list[TableRow]:
    """One row of the text and what was filled in; two where that is too much to stay on a page together."""
    text, filled = balanced_text(motion.text, style.BODY, style.TEXT_WIDTH), motion.filled
    left: list[TextLine] = []
    right: list[TextLine] = []
    blanks: list[tuple[float, int, float]] = []
    for pair in (
        (("Moved by", filled.mover), ("Seconded by", filled.seconder)),
        (("Vote", filled.vote), ("Result", filled.result)),
    ):
        if not all(value for _, value in pair):  # room to write by hand
            left.append(TextLine())
            right.append(TextLine())
        for lines, x, (label, value) in zip((left, right), (style.WHAT, _RIGHT_HALF), pair, strict=True):
            if not value:
                used = line_breaking.width(label, style.NAME) + _LABEL_GAP
                blanks.append((x + used, len(lines), _HALF_WIDTH - used))
            lines += _field(label, value)
        _level(left, right)
    name = _label(f"Decision {number}")
    if len(text) + len(left) <= _LINES_TOGETHER:
        shifted = [(x, place + len(text), wide) for x, place, wide in blanks]
        cells = [name, TableCell(style.WHAT, text + left), TableCell(_RIGHT_HALF, _below(text, right))]
        return [TableRow(cells, ornament=partial(_draw_blanks, canvas, shifted))]
    fields = [_label(""), TableCell(style.WHAT, left), TableCell(_RIGHT_HALF, right)]
    return [
        TableRow([name, TableCell(style.WHAT, text)]),
        TableRow(fields, ornament=partial(_draw_blanks, canvas, blanks)),
    ]


def _field(label: str, value: str) -> list[TextLine]:
    """A label in small type and its value after it."""
    pieces = line_breaking.set_words(label, style.NAME, _HALF_WIDTH)
    pieces += line_breaking.set_words(value, style.BODY, _HALF_WIDTH)
    return line_breaking.break_ragged(pieces, _HALF_WIDTH)


def _level(left: list[TextLine], right: list[TextLine]) -> None:
    """Let both columns go on at the same line."""
    for lines, other in ((left, right), (right, left)):
        lines += [TextLine() for _ in range(len(other) - len(lines))]


def _below(text: Sequence[TextLine], lines: list[TextLine]) -> list[TextLine]:
    return [*(TextLine() for _ in text), *lines]


def _draw_blanks(canvas: PageCanvas, blanks: Sequence[tuple[float, int, float]]) -> None:
    """Draw lines to write on: x, the number of the line below the cursor, and width."""
    for x, place, wide in blanks:
        y = canvas.y - place * style.GRID - _BLANK_DROP
        canvas.rule(y, x, x + wide, thick=0.5, colour=style.MID)
