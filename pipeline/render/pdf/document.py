"""Renders a recap as a PDF."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.languages import document_language
from pipeline.reading.draft import is_draft, mark_title
from pipeline.reading.people import People
from pipeline.reading.view import read_recap
from pipeline.recap import Recap
from pipeline.render import PRODUCT, formatting
from pipeline.render.letterhead import Letterhead
from pipeline.render.notices import PrintedNotice, printed_notices
from pipeline.render.pdf import fonts, shaping, style
from pipeline.render.pdf.attachments import Attachment
from pipeline.render.pdf.page_canvas import PageCanvas
from pipeline.render.pdf.parts import ALL_PARTS, Part
from pipeline.render.pdf.pdf_file import describe, write_pdf
from pipeline.render.pdf.provenance import draw_provenance
from pipeline.render.pdf.recap_sections import draw_first_sections, draw_later_sections
from pipeline.render.pdf.sanitize import sanitize_recap, sanitize_texts
from pipeline.render.pdf.structure import Element
from pipeline.render.pdf.style import PaperSize
from pipeline.render.pdf.tagged_canvas import NullCanvas
from pipeline.render.pdf.title_block import FirstPageLayout
from pipeline.render.pdf.transcript import TranscriptPart

_SHORT_TRANSCRIPT = 60


def render_pdf(
    recap: Recap,
    path: Path,
    *,
    parts: Collection[Part] = ALL_PARTS,
    attachments: Sequence[Attachment] = (),
    letterhead: Letterhead | None = None,
) -> None:
    """Write the recap to `path`, on the paper of the letterhead. `parts` are those after the recap itself.

    The file is tagged (PDF/UA-1) and meant for archives (PDF/A-3). The same arguments give the same bytes. All text is
    printed literally; characters that no font has are shown as "?" and listed among the warnings. Raises `OSError` if
    `path` cannot be written.
    """
    shaping.forget_shapes()
    head = sanitize_texts(letterhead or Letterhead(), fonts.drawable_characters())
    page = style.PAPER_SIZES[head.paper]
    shown, missing = sanitize_recap(recap, fonts.drawable_characters())
    shown = replace(shown, organisation=head.name or shown.organisation)
    shown = replace(shown, title=shown.title or shown.summary.title or shown.source.filename or PRODUCT)
    document = _Document(shown, printed_notices(shown, missing), page, parts, attachments, head)
    language = document_language(shown.summary.language or shown.transcript.language)
    write_pdf(path, document, page, language, shown.source.uploaded_at, attachments)


class _Document:
    """One recap while it is being rendered."""

    def __init__(
        self,
        recap: Recap,
        notices: list[PrintedNotice],
        page: PaperSize,
        parts: Collection[Part],
        attachments: Sequence[Attachment],
        letterhead: Letterhead,
    ) -> None:
        self.recap = recap
        self.parts = parts
        self.attachments = attachments
        self.letterhead = letterhead
        self.notices = notices if "provenance" in parts else [notice.without_last_page() for notice in notices]
        self.page = page
        self.people = People(recap)
        self.view = read_recap(recap)

    def describe(self, output: Any) -> None:
        """Set the document's title, author, subject and keywords."""
        keywords = ["meeting", "recap", *(person.name for person in self.people.all)]
        describe(output, self.recap.title, self.recap.organisation or PRODUCT, "Meeting recap", keywords)

    def draw(self, output: Any) -> Element:
        """Draw all parts; returns their structure."""
        layout = self._choose_layout()
        canvas = self._canvas(output)
        self._draw_recap(canvas, layout)
        if "transcript" in self.parts:
            if not self._transcript_fits(layout):
                canvas.new_page()
            self._draw_transcript(canvas)
        if "provenance" in self.parts:
            draw_provenance(canvas, self.recap, self.notices, [one.name for one in self.attachments])
        canvas.finish()
        return canvas.structure

    def _canvas(self, output: Any) -> PageCanvas:
        recap = self.recap
        day = recap.details.day or formatting.parse_time(recap.source.uploaded_at, recap.timezone)
        return PageCanvas(
            output,
            self.page,
            title=mark_title(recap.title, is_draft=is_draft(recap)),
            date=formatting.date(day) if day else "",
            url=recap.recording_url,
            hours=recap.transcript.duration_seconds >= formatting.HOUR,
            letterhead=self.letterhead,
        )

    def _draw_recap(self, canvas: PageCanvas, layout: FirstPageLayout) -> None:
        draw_first_sections(canvas, self.recap, self.people, self.notices, layout, self.letterhead)
        draw_later_sections(canvas, self.recap, self.people)

    def _draw_transcript(self, canvas: PageCanvas) -> None:
        TranscriptPart(canvas, self.view, self.recap.summary.topics, self.people).draw()

    def _choose_layout(self) -> FirstPageLayout:
        """Choose the layout of page 1: normal if the open questions end on it, compact otherwise."""
        for layout in (FirstPageLayout(), FirstPageLayout(style.COMPACT)):
            canvas = self._canvas(NullCanvas())
            draw_first_sections(canvas, self.recap, self.people, self.notices, layout, self.letterhead)
            if canvas.number == 1:
                return layout
        return FirstPageLayout(style.COMPACT, counts=True)

    def _transcript_fits(self, layout: FirstPageLayout) -> bool:
        """Whether the recap and its transcript fit on page 1 together."""
        if len(self.recap.transcript.segments) > _SHORT_TRANSCRIPT:
            return False
        canvas = self._canvas(NullCanvas())
        self._draw_recap(canvas, layout)
        if canvas.number > 1:
            return False
        self._draw_transcript(canvas)
        return canvas.number == 1
