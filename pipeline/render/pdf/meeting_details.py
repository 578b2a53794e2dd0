"""What is known of the meeting, below the date line: kind, place, attendees and apologies."""

from __future__ import annotations

from pipeline.meeting import Details
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.line_breaking import TextLine
from pipeline.render.pdf.page_canvas import PageCanvas

_INDENT = 62.0
_MOST_LINES = 4


def draw_details(canvas: PageCanvas, details: Details) -> None:
    """Draw a paragraph for each, in a few lines at most."""
    rows = (
        ("Meeting", (details.kind or "",)),
        ("Place", (details.place or "",)),
        ("Attendees", details.present),
        ("Apologies", details.apologies),
    )
    known = [(name, texts) for name, texts in rows if any(texts)]
    if known:
        canvas.down(style.HALF)
    for name, texts in known:
        lines = _set_texts(texts, canvas.right - style.LEFT - _INDENT)
        with canvas.tagged("P"):
            canvas.down(style.GRID)
            canvas.text(style.LEFT, canvas.y, name, style.DETAIL)
            for number, line in enumerate(lines):
                canvas.down(style.GRID if number else 0)
                canvas.line(style.LEFT + _INDENT, canvas.y, line)
    if known:
        canvas.down(style.HALF)  # back to the grid


def _set_texts(texts: tuple[str, ...], measure: float) -> list[TextLine]:
    """Texts one after the other, or as many as fit and how many more there are; names stay whole where they can."""
    whole = [text.replace(" ", "\xa0") if len(texts) > 1 else text for text in texts]
    for shown in range(len(whole), 0, -1):
        more = f" and\xa0{len(whole) - shown}\xa0more" if shown < len(whole) else ""
        line = ", ".join(whole[:shown]) + more
        if (
            len(line_breaking.break_greedily(line_breaking.set_words(line, style.DATE_LINE, measure), measure))
            <= _MOST_LINES
        ):
            break
    return line_breaking.break_name(line, style.DATE_LINE, measure, _MOST_LINES)
