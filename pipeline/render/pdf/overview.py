"""The overview in one paragraph, and the notices below it."""

from __future__ import annotations

from pipeline.reading.marks import describe_marks
from pipeline.recap import Point, Recap
from pipeline.render import formatting
from pipeline.render.notices import PrintedNotice
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.line_breaking import Pieces
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import SectionTable


def draw_overview(canvas: PageCanvas, recap: Recap, notices: list[PrintedNotice]) -> None:
    """The overview in one paragraph, each point followed by its time, then the notices."""
    overview = recap.summary.overview
    if not overview and not notices:
        return
    section = SectionTable(canvas, "In short" if overview else "Notices")
    section.begin(0)
    head = canvas.y + style.NORMAL.head
    canvas.y = head
    lines = line_breaking.break_balanced(_overview_words(canvas, overview), style.OVERVIEW_WIDTH) if overview else []
    paragraph = canvas.element("P")
    for line in lines:
        if not canvas.fits(0):
            canvas.new_page()
            head = canvas.y
        with canvas.inside(paragraph):
            canvas.line(style.WHAT, canvas.y, line)
        canvas.down(style.OVERVIEW_LEADING)
    if lines and notices:
        canvas.down(3)
    for notice in notices:
        _draw_notice(canvas, notice)
    if canvas.y < head:
        canvas.y = head - style.HALF * -(-(head - canvas.y - 0.01) // style.HALF)


def _overview_words(canvas: PageCanvas, overview: tuple[Point, ...]) -> Pieces:
    pieces: Pieces = []
    for point in overview:
        said = line_breaking.set_words(point.text, style.OVERVIEW, style.OVERVIEW_WIDTH)
        pieces += said
        if marks := describe_marks(point):
            pieces += line_breaking.set_words(f"({marks.lower()})", style.NOTICE, style.OVERVIEW_WIDTH)
        if point.time is None:
            continue
        text = formatting.clock(point.start, hours=canvas.hours)
        wide = line_breaking.width(text, style.OVERVIEW_TIME)
        space = line_breaking.width(" ", style.OVERVIEW)
        pieces.append(line_breaking.TextPiece(text, style.OVERVIEW_TIME, wide, space, link=point.start, bound=True))
    return pieces


def _draw_notice(canvas: PageCanvas, notice: PrintedNotice) -> None:
    measure = canvas.right - style.WHAT
    pieces = line_breaking.set_words(f"{notice.name}.", style.NOTICE_LEAD, measure)
    text = f"{notice.short} See the last page." if notice.has_last_page else notice.short
    pieces += line_breaking.set_words(text, style.NOTICE, measure)
    with canvas.tagged("P"):
        for line in line_breaking.break_ragged(pieces, measure):
            if not canvas.fits(0):
                canvas.new_page()
            canvas.line(style.WHAT, canvas.y, line)
            canvas.down(style.GRID)
