"""The top line of page 1: the organisation, or its letterhead, and what kind of document it is."""

from __future__ import annotations

from io import BytesIO

from reportlab.lib.utils import ImageReader

from pipeline.reading.draft import DRAFT
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf import line_breaking, style
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.section_table import running_text
from pipeline.render.pdf.style import TextStyle

LOGO_WIDTH, LOGO_HEIGHT = 156.0, 26.0
_LOGO_FOOT = 60.0
_LOGO_GAP = 11.0
_LINE = 11.0
_KIND_GAP = 13.0
_MOST_LINES = 2


def draw_page_head(canvas: PageCanvas, organisation: str, kind: str, letterhead: Letterhead, *, is_draft: bool) -> None:
    """Draw the head: with a letterhead its logo and, beside it, name and address, else the organisation's name.

    On the other side is the kind of the document, or that it is a draft.
    """
    kind, kind_style = (DRAFT, style.ORGANISATION) if is_draft else (kind, style.KIND)
    head = canvas.page.height - 42
    if letterhead.logo or letterhead.address:
        room = canvas.right - line_breaking.width(kind, kind_style) - _KIND_GAP
        left = _draw_logo(canvas, letterhead) if letterhead.logo else style.LEFT
        name = "" if letterhead.logo and not letterhead.name else organisation
        _draw_lines(canvas, left, room - left, name, letterhead.address)
    else:
        _draw_lines(canvas, style.LEFT, style.TITLE_WIDTH, organisation, "")
    with canvas.tagged("P"):
        canvas.text_right(canvas.right, head, kind, kind_style)


def _draw_logo(canvas: PageCanvas, letterhead: Letterhead) -> float:
    """Draw the logo as large as fits; returns where the text beside it begins."""
    picture = ImageReader(BytesIO(letterhead.logo))
    wide, high = picture.getSize()
    scale = min(LOGO_WIDTH / wide, LOGO_HEIGHT / high)
    foot = canvas.page.height - _LOGO_FOOT + (LOGO_HEIGHT - high * scale) / 2
    with canvas.tagged("Figure", alt=letterhead.logo_alt):
        canvas.begin_shape()
        canvas.output.drawImage(picture, style.LEFT, foot, wide * scale, high * scale)
    return float(style.LEFT + wide * scale + _LOGO_GAP)


def _draw_lines(canvas: PageCanvas, x: float, room: float, name: str, address: str) -> None:
    """Draw the name and, below it, the address; what is empty is left out."""
    y = canvas.page.height - 42
    if name:
        text_style = TextStyle(style.ORGANISATION.font, style.ORGANISATION.size, canvas.accent)
        with canvas.tagged("P"):
            canvas.text(x, y, line_breaking.truncate_to_width(name, text_style, room), text_style)
        y -= _LINE
    if address:
        with canvas.tagged("P"):
            for number, line in enumerate(running_text(address, style.NOTICE, room)[:_MOST_LINES]):
                canvas.line(x, y - number * _LINE, line)
