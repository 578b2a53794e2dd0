"""The words that a vocabulary changed: what is written, what was heard, and when."""

from __future__ import annotations

from itertools import groupby

from pipeline.recap import Recap
from pipeline.render import formatting
from pipeline.render.pdf import style
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import TABLE_LEAST, ColumnHeads, SectionTable, TableCell, TableRow, running_text
from pipeline.vocabulary.spelling import list_spellings

_HEARD_X = 332.0


def draw_spellings(canvas: PageCanvas, recap: Recap) -> None:
    """Draw a table of the changed words, each form once with the time of the first; nothing if there are none."""
    changes = [(each.written, each.heard, at) for at, each in list_spellings(recap.transcript)]
    if not changes:
        return
    rows = []
    for (written, heard), group in groupby(sorted(changes), key=lambda change: change[:2]):
        times = [at for _, _, at in group]
        count = f"{len(times):,} times, first at " if len(times) > 1 else ""
        when = f"{count}{formatting.clock(times[0], hours=canvas.hours)}"
        cells = [
            TableCell(style.LEFT, running_text(when, style.VALUE, style.NAME_WIDTH)),
            TableCell(style.WHAT, running_text(written, style.VALUE_INK, _HEARD_X - style.WHAT - 8)),
            TableCell(_HEARD_X, running_text(heard, style.VALUE, canvas.right - _HEARD_X)),
        ]
        rows.append(TableRow(cells))
    heads = ColumnHeads([(style.LEFT, "When"), (style.WHAT, "Written"), (_HEARD_X, "Heard")], "")
    SectionTable(canvas, "Spelled by the vocabulary", count=len(changes), heads=heads, level=3).fill(
        rows, least=TABLE_LEAST
    )
