"""Writes the minutes of a meeting as a Word document: headings, tables and empty cells to fill in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Cm, Pt

from pipeline.minutes.filled import FilledMinutes
from pipeline.minutes.minutes import Minutes, Motion, make_minutes
from pipeline.reading.draft import DRAFT, is_draft
from pipeline.recap import Recap
from pipeline.render.exports.content import NONE_FOUND, read_content
from pipeline.render.exports.text import clean
from pipeline.render.exports.word.document import make_document
from pipeline.render.exports.word.letterhead import with_organisation
from pipeline.render.exports.word.paragraphs import ParagraphWriter
from pipeline.render.exports.word.styles import FACTS
from pipeline.render.exports.word.tables import add_table
from pipeline.render.letterhead import Letterhead

_LINE = Cm(9)
_WIDTHS = (4.1, 4.1, 4.1, 4.1)


def write_minutes(recap: Recap, filled: FilledMinutes, stream: BinaryIO, letterhead: Letterhead | None = None) -> None:
    """Write the minutes as a Word document."""
    recap = with_organisation(recap, letterhead)
    content = read_content(recap)
    document = make_document(content, "Minutes", letterhead)
    writer = _MinutesWriter(document, ParagraphWriter(document, content), make_minutes(recap, filled))
    writer.write(content.title, (DRAFT if is_draft(recap) else "", "Minutes", content.organisation))
    document.save(stream)


class _MinutesWriter:
    """Writes the sections of the minutes in their order."""

    def __init__(self, document: Document, paragraphs: ParagraphWriter, minutes: Minutes) -> None:
        self._document, self._paragraphs, self._minutes = document, paragraphs, minutes

    def write(self, title: str, facts: Iterable[str]) -> None:
        """Write all of it; `facts` stand below the title, those that are empty are left out."""
        minutes = self._minutes
        self._add(title, "Title")
        self._add(" – ".join(filter(None, facts)), FACTS)
        self._write_facts()
        if minutes.agenda:
            self._add("Agenda", "Heading 1")
        for number, item in enumerate(minutes.agenda, 1):
            self._add(f"{number}. {item.title or item.text}", "Heading 2")
            if item.title and item.text:
                self._add(item.text, "Normal")
            if item.outcome:
                self._add(item.outcome, FACTS)
        self._write_motions()
        self._write_tasks()
        if minutes.questions:
            self._add("Open questions", "Heading 1")
        for question in minutes.questions:
            self._add(question, "List Bullet")
        self._add("Next meeting", "Heading 1")
        self._add_filled("", minutes.next_meeting)
        self._add("Signatures", "Heading 1")
        for label, name in (("Chair", minutes.chair), ("Secretary", minutes.secretary)):
            self._add_line_to_sign(label, name)

    def _add(self, text: str, style: str, *, bold: bool = False) -> None:
        shown, paragraph = clean(text), self._paragraphs.add_paragraph(style)
        self._paragraphs.set_direction(paragraph, shown)
        self._paragraphs.add_text(paragraph, shown, bold=bold)

    def _write_facts(self) -> None:
        minutes = self._minutes
        self._add_filled("Date", minutes.date)
        self._add_filled("Place", minutes.place)
        self._add_filled("Attendance", ", ".join(minutes.attendance))
        self._add_filled("Apologies", ", ".join(minutes.apologies))

    def _add_filled(self, label: str, text: str) -> None:
        """A label and what was filled in, or a line to write on."""
        paragraph = self._paragraphs.add_paragraph("Normal")
        if label:
            self._paragraphs.add_text(paragraph, f"{label}: ", bold=True)
        if shown := clean(text):
            self._paragraphs.add_text(paragraph, shown)
            return
        paragraph.paragraph_format.tab_stops.add_tab_stop(_LINE, WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
        paragraph.add_run("\t")

    def _write_motions(self) -> None:
        self._add("Decisions", "Heading 1")
        if not self._minutes.motions:
            self._add(NONE_FOUND, FACTS)
        for number, motion in enumerate(self._minutes.motions, 1):
            self._write_motion(number, motion)

    def _write_motion(self, number: int, motion: Motion) -> None:
        self._add(f"Decision {number}", "Heading 2")
        self._add(motion.text, "Normal")
        filled = motion.filled
        row = [clean(value) for value in (filled.mover, filled.seconder, filled.vote, filled.result)]
        add_table(self._document, self._paragraphs, ("Moved by", "Seconded by", "Vote", "Result"), [row], _WIDTHS)

    def _write_tasks(self) -> None:
        self._add("Action items", "Heading 1")
        if not self._minutes.tasks:
            self._add(NONE_FOUND, FACTS)
            return
        rows = [(clean(task.text), clean(task.owner) or "–", clean(task.due) or "–") for task in self._minutes.tasks]
        add_table(self._document, self._paragraphs, ("Task", "Owner", "Due"), rows, (9.2, 3.6, 3.6))

    def _add_line_to_sign(self, label: str, name: str) -> None:
        line = self._paragraphs.add_paragraph("Normal")
        line.paragraph_format.space_before = Pt(36)
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.tab_stops.add_tab_stop(_LINE, WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
        line.add_run("\t")
        self._add(f"{label}: {name}" if name else label, "Normal")
