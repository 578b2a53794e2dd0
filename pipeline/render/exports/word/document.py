"""Writes the Word document: its properties, the summary, the transcript, and how they were made."""

from __future__ import annotations

from datetime import UTC
from typing import BinaryIO

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Inches
from docx.text.paragraph import Paragraph

from pipeline.languages import document_language
from pipeline.recap import Recap
from pipeline.render import PRODUCT
from pipeline.render.exports.content import NO_WORDS, NONE_FOUND, Content, PointSection, ShownPoint, read_content
from pipeline.render.exports.provenance import HEADING, list_provenance
from pipeline.render.exports.word.letterhead import add_letterhead, with_organisation
from pipeline.render.exports.word.paragraphs import ParagraphWriter
from pipeline.render.exports.word.styles import EVIDENCE, FACTS, TURN, set_styles
from pipeline.render.exports.word.tables import add_table
from pipeline.render.letterhead import A4, LETTER, Letterhead

#: Word keeps no more of a property.
_PROPERTY_LENGTH = 255
_PAPERS = {A4: (Cm(21), Cm(29.7)), LETTER: (Inches(8.5), Inches(11))}
_POINT_STYLES = {"quotes": "Quote", "topics": "Normal"}


def write_docx(recap: Recap, stream: BinaryIO, letterhead: Letterhead | None = None) -> None:
    """Write the recap as a Word document."""
    recap = with_organisation(recap, letterhead)
    content = read_content(recap)
    document = make_document(content, "Meeting recap", letterhead)
    _DocumentWriter(document, content).write(list_provenance(recap, content))
    document.save(stream)


def make_document(content: Content, subject: str, letterhead: Letterhead | None) -> Document:
    """A document without content: its page, styles, properties and letterhead."""
    document = docx.Document()
    _set_page(document, letterhead.paper if letterhead else A4)
    set_styles(document)
    _describe(document, content, subject)
    if letterhead:
        add_letterhead(document, letterhead)
    return document


def _set_page(document: Document, paper: str) -> None:
    """The paper, with the margins of a letter."""
    page = document.sections[0]
    page.page_width, page.page_height = _PAPERS[paper]
    page.left_margin = page.right_margin = Cm(2.3)
    page.top_margin = page.bottom_margin = Cm(2)


def _describe(document: Document, content: Content, subject: str) -> None:
    """Set the properties of the document and the language that it is checked in."""
    language = document_language(content.language)
    properties = document.core_properties
    properties.title = content.title[:_PROPERTY_LENGTH]
    properties.subject = subject
    properties.author = properties.last_modified_by = (content.organisation or PRODUCT)[:_PROPERTY_LENGTH]
    properties.keywords = ", ".join(name for name, _ in content.talk_times)[:_PROPERTY_LENGTH]
    properties.language = language
    properties.comments = ""
    if content.when:
        properties.created = properties.modified = content.when.astimezone(UTC).replace(tzinfo=None)
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    for kind in ("val", "eastAsia", "bidi"):
        defaults.set(qn(f"w:{kind}"), language)


class _DocumentWriter:
    """Writes the parts of a document in their order."""

    def __init__(self, document: Document, content: Content) -> None:
        self._document = document
        self._content = content
        self._paragraphs = ParagraphWriter(document, content)

    def write(self, provenance: list[tuple[str, str]]) -> None:
        """Write all parts; `provenance` is the table at the end."""
        self._write_head()
        for section in self._content.sections:
            self._write_section(section)
        self._write_transcript()
        self._add(HEADING, "Heading 1")
        add_table(self._document, self._paragraphs, ("What", "Value"), provenance, (4.6, 11.8))

    def _add(self, text: str, style: str, *, bold: bool = False) -> Paragraph:
        paragraph = self._paragraphs.add_paragraph(style)
        self._paragraphs.set_direction(paragraph, text)
        self._paragraphs.add_text(paragraph, text, bold=bold)
        return paragraph

    def _write_head(self) -> None:
        content = self._content
        self._add(content.title, "Title")
        self._add(content.head_line, FACTS)
        for name, value in content.meeting:
            self._paragraphs.add_text(self._add(f"{name}: ", FACTS, bold=True), value)
        if content.talk_times:
            people = ", ".join(f"{name} ({content.clock(seconds)})" for name, seconds in content.talk_times)
            self._paragraphs.add_text(self._add("Participants: ", FACTS, bold=True), people)
        for name, text in content.notices:
            self._paragraphs.add_text(self._add(f"{name}. ", FACTS, bold=True), text)
        if content.overview:
            self._add("In short", "Heading 1")
        for point in content.overview:
            self._write_point(point, "List Bullet")

    def _write_section(self, section: PointSection) -> None:
        self._add(section.heading, "Heading 1")
        if not section.points:
            self._add(NONE_FOUND, FACTS)
        elif section.key == "action_items":
            rows = [
                (_with_marks(point), point.who or "–", point.due or "–", "–" if point.start is None else point.start)
                for point in section.points
            ]
            heads = ("Task", "Owner", "Due", "Said at")
            add_table(self._document, self._paragraphs, heads, rows, (8.2, 3.2, 3.2, 1.8))
        else:
            for point in section.points:
                self._write_point(point, _POINT_STYLES.get(section.key, "List Bullet"))

    def _write_point(self, point: ShownPoint, style: str) -> None:
        if point.title:
            self._add(point.title, "Heading 2")
        paragraph = self._add(f"“{point.text}”" if style == "Quote" else point.text, style)
        self._paragraphs.add_text(paragraph, f" ({point.who})  " if point.who else "  ")
        if point.start is not None:
            self._paragraphs.add_time(paragraph, point.start)
        if point.marks:
            self._paragraphs.add_text(paragraph, f"  ({point.marks})")
        if point.evidence:
            self._add(f"“{point.evidence}”", EVIDENCE)

    def _write_transcript(self) -> None:
        self._add("Transcript", "Heading 1")
        if not self._content.turns:
            self._add(NO_WORDS, FACTS)
        for turn in self._content.turns:
            for number, spoken in enumerate(turn.paragraphs):
                paragraph = self._paragraphs.add_paragraph(TURN)
                self._paragraphs.set_direction(paragraph, spoken.text)
                self._paragraphs.add_time(paragraph, spoken.start)
                paragraph.add_run("\t")
                if turn.name and not number:
                    self._paragraphs.add_text(paragraph, f"{turn.name}  ", bold=True)
                self._paragraphs.add_text(paragraph, spoken.text)


def _with_marks(point: ShownPoint) -> str:
    return f"{point.text} ({point.marks})" if point.marks else point.text
