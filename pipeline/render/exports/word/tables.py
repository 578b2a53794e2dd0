"""Tables of the Word document: the row of heads is repeated on each page, and no row is parted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docx.document import Document
from docx.oxml import OxmlElement
from docx.shared import Cm
from docx.table import _Row

from pipeline.render.exports.word.paragraphs import ParagraphWriter
from pipeline.render.exports.word.styles import TABLE

Cell = str | float


def add_table(
    document: Document,
    paragraphs: ParagraphWriter,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[float],
) -> None:
    """Add a table with columns of these widths in centimetres; a number in a cell is a time."""
    table = document.add_table(rows=0, cols=len(heads), style=TABLE)
    table.autofit = False
    for number, cells in enumerate((heads, *rows)):
        row = table.add_row()
        _set_row(row, "w:cantSplit", *(("w:tblHeader",) if not number else ()))
        for cell, value, width in zip(row.cells, cells, widths, strict=True):
            cell.width = Cm(width)
            if isinstance(value, str):
                paragraphs.set_direction(cell.paragraphs[0], value)
                paragraphs.add_text(cell.paragraphs[0], value)
            else:
                paragraphs.add_time(cell.paragraphs[0], value)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)


def _set_row(row: _Row, *flags: str) -> None:
    for flag in flags:
        row._tr.get_or_add_trPr().append(OxmlElement(flag))
