"""Whatever stands in a recap is printed as text, and nothing in it stops the document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from support.any_recaps import recaps
from support.pdf_structure import read_structure
from support.recaps import sample_recap

from pipeline.recap import Recap
from pipeline.render.letterhead import Letterhead
from pipeline.render.pdf import fonts
from pipeline.render.pdf.document import render_pdf
from pipeline.render.pdf.sanitize import sanitize_recap, sanitize_text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(recaps(), st.sampled_from(["a4", "letter"]))
def test_any_recap_becomes_a_document(recap: Recap, size: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "recap.pdf")
        render_pdf(recap, path, letterhead=Letterhead(paper=size))
        reader = PdfReader(path)
        with pikepdf.open(path) as pdf:
            assert read_structure(pdf).kind == "Document"
        assert f"1 / {len(reader.pages)}" in reader.pages[0].extract_text()


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_sanitized_text_has_only_characters_that_a_font_can_draw(text: str) -> None:
    missing: set[str] = set()
    cleaned = sanitize_text(text, fonts.drawable_characters(), missing)
    assert fonts.drawable_characters().issuperset(cleaned)
    assert sanitize_text(cleaned, fonts.drawable_characters(), set()) == cleaned
    assert "".join(part for _, part in fonts.split_by_font(cleaned, fonts.LABEL)) == cleaned


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1))
def test_every_run_is_in_a_font_with_its_characters(text: str) -> None:
    cleaned = sanitize_text(text, fonts.drawable_characters(), set())
    for name in (fonts.TEXT, fonts.ITALIC, fonts.DISPLAY, fonts.LABEL_SEMIBOLD):
        assert all(
            fonts.load_font(chosen).characters.issuperset(part) for chosen, part in fonts.split_by_font(cleaned, name)
        )


def test_a_recap_is_sanitized_except_for_its_address() -> None:
    recap = replace(sample_recap("ten-seconds"), title="a\x00b\u202ec", recording_url="https://例え.example/x")
    cleaned, missing = sanitize_recap(recap, fonts.drawable_characters())
    assert cleaned.title == "abc"
    assert cleaned.recording_url == recap.recording_url
    assert missing == frozenset()
