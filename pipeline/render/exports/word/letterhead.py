"""The letterhead in the Word document: logo, name and address above the first page, a line below every page."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from docx.document import Document
from docx.section import _Footer, _Header
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph

from pipeline.recap import Recap
from pipeline.render.exports.text import clean, is_right_to_left
from pipeline.render.letterhead import Letterhead

_LOGO_WIDTH, _LOGO_HEIGHT = Cm(5.5), Cm(1.4)
_HEADINGS = ("Heading 1", "Heading 2")


def with_organisation(recap: Recap, letterhead: Letterhead | None) -> Recap:
    """The recap of the organisation that the letterhead names."""
    return replace(recap, organisation=letterhead.name) if letterhead and letterhead.name else recap


def add_letterhead(document: Document, letterhead: Letterhead) -> None:
    """Add the letterhead to a document whose styles are set; what is empty is left out."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    if letterhead.logo or letterhead.name or letterhead.address:
        _fill_head(section.first_page_header, letterhead)
    if letterhead.footer:
        for footer in (section.first_page_footer, section.footer):
            _add_text(_first_paragraph(footer), letterhead.footer)
    if letterhead.colour:
        colour = RGBColor.from_string(letterhead.colour[1:].upper())
        for name in _HEADINGS:
            document.styles[name].font.color.rgb = colour
    for name in ("Header", "Footer"):
        document.styles[name].font.size = Pt(9)


def _fill_head(header: _Header, letterhead: Letterhead) -> None:
    paragraph = _first_paragraph(header)
    if letterhead.logo:
        _add_logo(paragraph, letterhead)
        paragraph = header.add_paragraph(style="Header") if letterhead.name or letterhead.address else paragraph
    if letterhead.name:
        _add_text(paragraph, letterhead.name, bold=True)
        paragraph = header.add_paragraph(style="Header") if letterhead.address else paragraph
    if letterhead.address:
        _add_text(paragraph, letterhead.address)


def _first_paragraph(part: _Header | _Footer) -> Paragraph:
    part.is_linked_to_previous = False
    first: Paragraph = part.paragraphs[0]
    return first


def _add_logo(paragraph: Paragraph, letterhead: Letterhead) -> None:
    shape = paragraph.add_run().add_picture(BytesIO(letterhead.logo))
    scale = min(_LOGO_WIDTH / shape.width, _LOGO_HEIGHT / shape.height)
    shape.width, shape.height = Emu(round(shape.width * scale)), Emu(round(shape.height * scale))
    shape._inline.docPr.set("name", "Logo")
    shape._inline.docPr.set("descr", clean(letterhead.logo_alt))


def _add_text(paragraph: Paragraph, text: str, *, bold: bool = False) -> None:
    run = paragraph.add_run(clean(text))
    run.bold = bold or None
    if is_right_to_left(text):
        run.font.rtl = True
