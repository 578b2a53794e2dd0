"""Writes what was drawn to a file: tagged (PDF/UA-1) and meant for archives (PDF/A-3)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from pipeline.render import PRODUCT, formatting
from pipeline.render.pdf import fonts
from pipeline.render.pdf.attachments import Attachment, attach
from pipeline.render.pdf.document_metadata import add_metadata
from pipeline.render.pdf.structure import Element
from pipeline.render.pdf.structure_tree import add_structure
from pipeline.render.pdf.style import PaperSize

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


class Drawable(Protocol):
    """A document of which reportlab's canvas makes pages."""

    def describe(self, output: Any) -> None:
        """Set the document's title, author, subject and keywords."""

    def draw(self, output: Any) -> Element:
        """Draw all pages; returns their structure."""


def describe(output: Any, title: str, author: str, subject: str, keywords: Sequence[str]) -> None:
    """Set what a document says of itself."""
    output.setTitle(title)
    output.setAuthor(author)
    output.setSubject(subject)
    output.setKeywords(list(keywords))
    output.setCreator(PRODUCT)
    output.setViewerPreference("DisplayDocTitle", "true")


def write_pdf(
    path: Path,
    document: Drawable,
    page: PaperSize,
    language: str,
    made_of: str,
    attachments: Sequence[Attachment] = (),
) -> None:
    """Draw a document and write it to `path`; `made_of` is the time of its source (ISO 8601). Raises OSError."""
    drawn = io.BytesIO()
    size, font = (page.width, page.height), fonts.load_font(fonts.TEXT).drawn
    output = Canvas(drawn, size, invariant=1, lang=language, initialFontName=font.fontName)
    document.describe(output)
    structure = document.draw(output)
    output.save()
    when = formatting.parse_time(made_of, "UTC") or _NO_DATE
    with pikepdf.open(drawn) as pdf:
        add_structure(pdf, structure)
        attach(pdf, attachments, when)
        add_metadata(pdf, when)
        pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
