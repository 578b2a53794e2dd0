"""The recap as a PDF."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from pipeline.recap import Recap
from pipeline.render import faces, figures, style
from pipeline.render.clean import clean_recap
from pipeline.render.notices import NoticeLine, notice_lines
from pipeline.render.people import People
from pipeline.render.provenance_part import draw_provenance
from pipeline.render.recap_part import PRODUCT, Plan, draw_first_sections, draw_later_sections
from pipeline.render.sheet import NoCanvas, Sheet
from pipeline.render.style import Page
from pipeline.render.transcript_part import TranscriptPart

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SHORT_TRANSCRIPT = 60


def render_pdf(recap: Recap, path: Path, *, page_size: str = "a4") -> None:
    """Write the recap to `path`; `page_size` is "a4" or "letter".

    The same recap gives the same bytes. Any text in it is printed as it stands; characters that no face has are
    shown as "?" and named on the last page. Raises `KeyError` for another page size and `OSError` where `path`
    cannot be written.
    """
    page = style.PAGES[page_size]
    shown, missing = clean_recap(recap, faces.drawable())
    shown = replace(shown, title=shown.title or shown.summary.title or shown.source.filename)
    document = _Document(shown, notice_lines(shown, missing), page)
    canvas = Canvas(
        str(path), pagesize=(page.width, page.height), invariant=1, lang=_language(shown), initialFontName=faces.TEXT
    )
    document.describe(canvas)
    document.draw(canvas)
    canvas.save()


def _language(recap: Recap) -> str:
    code = recap.summary.language or recap.transcript.language
    return code if _LANGUAGE.fullmatch(code) else "en"


class _Document:
    """One recap on its way to paper."""

    def __init__(self, recap: Recap, notices: list[NoticeLine], page: Page) -> None:
        self.recap = recap
        self.notices = notices
        self.page = page
        self.people = People(recap)

    def describe(self, canvas: Any) -> None:
        """Set the document's title, author, subject and keywords."""
        canvas.setTitle(self.recap.title)
        canvas.setAuthor(self.recap.organisation or PRODUCT)
        canvas.setSubject("Meeting recap")
        canvas.setKeywords(["meeting", "recap", *(person.name for person in self.people.all)])
        canvas.setCreator(PRODUCT)
        canvas.setViewerPreference("DisplayDocTitle", "true")
        when = figures.moment(self.recap.source.uploaded_at, "UTC")
        if when:
            canvas.setDateFormatter(lambda *_: f"D:{when:%Y%m%d%H%M%S}+00'00'")

    def draw(self, canvas: Any) -> None:
        """Draw all parts."""
        plan = self._plan()
        follows = self._transcript_fits(plan)
        sheet = self._sheet(canvas)
        self._draw_recap(sheet, plan)
        if not follows:
            sheet.new_page()
        TranscriptPart(sheet, self.recap, self.people).draw()
        draw_provenance(sheet, self.recap, self.notices)
        sheet.finish()

    def _sheet(self, canvas: Any) -> Sheet:
        recap = self.recap
        when = figures.moment(recap.source.uploaded_at, recap.timezone)
        return Sheet(
            canvas,
            self.page,
            title=recap.title,
            date=figures.date(when) if when else "",
            url=recap.recording_url,
            hours=recap.transcript.duration_seconds >= figures.HOUR,
        )

    def _draw_recap(self, sheet: Sheet, plan: Plan) -> None:
        draw_first_sections(sheet, self.recap, self.people, self.notices, plan)
        draw_later_sections(sheet, self.recap, self.people)

    def _plan(self) -> Plan:
        """Choose how dense page 1 is: normal if the open questions end on it, compact otherwise."""
        for plan in (Plan(), Plan(style.COMPACT)):
            sheet = self._sheet(NoCanvas())
            draw_first_sections(sheet, self.recap, self.people, self.notices, plan)
            if sheet.number == 1:
                return plan
        return Plan(style.COMPACT, counts=True)

    def _transcript_fits(self, plan: Plan) -> bool:
        """Whether recap and transcript together stay on page 1."""
        if len(self.recap.transcript.segments) > _SHORT_TRANSCRIPT:
            return False
        sheet = self._sheet(NoCanvas())
        self._draw_recap(sheet, plan)
        if sheet.number > 1:
            return False
        TranscriptPart(sheet, self.recap, self.people).draw()
        return sheet.number == 1
