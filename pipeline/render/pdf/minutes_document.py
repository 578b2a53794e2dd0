"""Renders the minutes of a meeting as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.languages import document_language
from pipeline.minutes.filled import FilledMinutes
from pipeline.minutes.minutes import Minutes, make_minutes
from pipeline.reading.draft import is_draft, mark_title
from pipeline.recap import Recap
from pipeline.render import PRODUCT
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf import fonts, shaping, style
from pipeline.render.pdf.minutes_sections import (
    draw_agenda,
    draw_facts,
    draw_motions,
    draw_next_meeting,
    draw_questions,
    draw_signatures,
    draw_tasks,
)
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.page_head import draw_page_head
from pipeline.render.pdf.pdf_file import describe, write_pdf
from pipeline.render.pdf.sanitize import sanitize_texts
from pipeline.render.pdf.structure import Element
from pipeline.render.pdf.title_block import draw_title, go_below_title, set_title

KIND = "Minutes"


def render_minutes(recap: Recap, filled: FilledMinutes, path: Path, *, letterhead: Letterhead | None = None) -> None:
    """Write the minutes of a recap to `path`, tagged as the recap's PDF is. Raises OSError."""
    shaping.forget_shapes()
    drawable = fonts.drawable_characters()
    head = sanitize_texts(letterhead or Letterhead(), drawable)
    organisation = head.name or sanitize_texts(recap.organisation or "", drawable) or PRODUCT
    minutes = sanitize_texts(make_minutes(recap, filled), drawable)
    language = document_language(recap.summary.language or recap.transcript.language)
    document = _MinutesDocument(minutes, organisation, head, is_draft=is_draft(recap))
    write_pdf(path, document, style.PAPER_SIZES[head.paper], language, recap.source.uploaded_at)


class _MinutesDocument:
    """The minutes while they are being rendered."""

    def __init__(self, minutes: Minutes, organisation: str, letterhead: Letterhead, *, is_draft: bool) -> None:
        self.minutes = minutes
        self.organisation = organisation
        self.letterhead = letterhead
        self.title = minutes.title or KIND
        self.is_draft = is_draft

    def describe(self, output: Any) -> None:
        """Set the document's title, author, subject and keywords."""
        describe(output, self.title, self.organisation, KIND, ["meeting", "minutes", *self.minutes.attendance])

    def draw(self, output: Any) -> Element:
        """Draw all sections; returns their structure."""
        minutes = self.minutes
        canvas = PageCanvas(
            output,
            style.PAPER_SIZES[self.letterhead.paper],
            title=mark_title(self.title, is_draft=self.is_draft),
            date=minutes.date,
            letterhead=self.letterhead,
        )
        canvas.part = KIND
        self._draw_head(canvas)
        draw_facts(canvas, minutes)
        draw_agenda(canvas, minutes.agenda)
        draw_motions(canvas, minutes.motions)
        draw_tasks(canvas, minutes.tasks)
        draw_questions(canvas, minutes.questions)
        draw_next_meeting(canvas, minutes.next_meeting)
        draw_signatures(canvas, minutes.chair, minutes.secretary)
        canvas.finish()
        return canvas.structure

    def _draw_head(self, canvas: PageCanvas) -> None:
        canvas.anchor("minutes", KIND)
        draw_page_head(canvas, self.organisation, KIND, self.letterhead, is_draft=self.is_draft)
        text_style, leading, lines = set_title(self.title)
        y = draw_title(canvas, text_style, leading, lines)
        go_below_title(canvas, y - (len(lines) - 1) * leading)
