"""The title of a part of the document."""

from __future__ import annotations

from pipeline.render.pdf import style
from pipeline.render.pdf.page_canvas import PageCanvas

TITLE_DROP = 9.75
_TITLE_HEIGHT = 39.0
_RULE_RISE = 10.0


def draw_part_title(canvas: PageCanvas, title: str, key: str) -> float:
    """Draw a part's title below the cursor, which may be on a page with an earlier part; returns its baseline."""
    if canvas.fresh:
        canvas.part = title
    else:
        canvas.down(style.GRID)
    canvas.rule(canvas.y + _RULE_RISE, style.LEFT, canvas.right, colour=canvas.accent)
    canvas.anchor(key, title)
    baseline = canvas.y - TITLE_DROP
    with canvas.tagged("H2"):
        canvas.display(style.LEFT, baseline, title, style.PART_TITLE)
    canvas.down(_TITLE_HEIGHT)
    return baseline
