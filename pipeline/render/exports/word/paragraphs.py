"""Paragraphs of the Word document: runs of text in their direction, and times that open the recording."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from pipeline.render.exports.content import Content
from pipeline.render.exports.text import is_right_to_left
from pipeline.render.exports.word.styles import LINK


class ParagraphWriter:
    """Fills paragraphs with the texts and times of a recap."""

    def __init__(self, document: Document, content: Content) -> None:
        self._document = document
        self._content = content
        self._style_ids: dict[str, str] = {}
        address = content.address
        self._relation = (
            document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True) if address else ""
        )

    def add_paragraph(self, style: str) -> Paragraph:
        """Add an empty paragraph at the end of the document."""
        paragraph = self._document.add_paragraph()
        paragraph._p.style = self._find_style(style)
        return paragraph

    def _find_style(self, name: str) -> str:
        """The id of a style; python-docx would search all styles for each paragraph."""
        if name not in self._style_ids:
            self._style_ids[name] = self._document.styles[name].style_id
        return self._style_ids[name]

    def set_direction(self, paragraph: Paragraph, text: str) -> None:
        """Set a paragraph in the direction of its main text."""
        if is_right_to_left(text):
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))

    def add_text(self, paragraph: Paragraph, text: str, *, bold: bool = False) -> None:
        """Add a run."""
        run = paragraph.add_run(text)
        run.bold = bold or None
        if is_right_to_left(text):
            run.font.rtl = True
            run.font.cs_bold = run.bold

    def add_time(self, paragraph: Paragraph, seconds: float) -> None:
        """Add a time, with a link to that second if the recording has an address."""
        run = paragraph.add_run(self._content.clock(seconds))
        if self._relation:
            run._r.style = self._find_style(LINK)
            link: Any = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), self._relation)
            link.set(qn("w:anchor"), self._content.fragment(seconds))
            paragraph._p.append(link)
            link.append(run._r)
