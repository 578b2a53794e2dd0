"""Reading back the PDF of a recap in tests: its text, links and outline."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from pipeline.recap import Recap, Segment, Speaker
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf.document import render_pdf

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is missing")


def read(recap: Recap, folder: Path, *, paper: str = "a4") -> PdfReader:
    path = folder / "recap.pdf"
    render_pdf(recap, path, letterhead=Letterhead(paper=paper))
    return PdfReader(path)


def text_of(reader: PdfReader) -> str:
    """All text with single spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def titles(reader: PdfReader) -> list[str]:
    """The outline's first level."""
    return [str(entry.title) for entry in reader.outline if not isinstance(entry, list)]


def addresses(reader: PdfReader) -> list[str]:
    found = []
    for page in reader.pages:
        for link in page.get("/Annots") or []:
            action = link.get_object().get("/A") or {}
            found += [str(action["/URI"])] if "/URI" in action else []
    return found


def with_segments(recap: Recap, *segments: Segment, speakers: tuple[Speaker, ...] | None = None) -> Recap:
    chosen = recap.transcript.speakers if speakers is None else speakers
    return replace(recap, transcript=replace(recap.transcript, segments=segments, speakers=chosen))


def without_summary(recap: Recap) -> Recap:
    nothing = {"overview": (), "topics": (), "decisions": (), "action_items": (), "questions": (), "quotes": ()}
    return replace(recap, summary=replace(recap.summary, **nothing))
