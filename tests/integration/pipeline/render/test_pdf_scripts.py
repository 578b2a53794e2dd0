"""Text in any script: drawn with letters, and the same text when it is copied."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path

import pytest
from support.pdf_reading import needs_poppler, read
from support.scripts import SAID, recap_in_eight_scripts

from pipeline.render import system_fonts
from pipeline.render.pdf import fonts
from pipeline.render.pdf.document import render_pdf

needs_system_fonts = pytest.mark.skipif(
    not {"Droid", "NanumMyeongjo"} <= system_fonts.find_system_fonts().keys(),
    reason="fonts-droid-fallback or fonts-nanum is missing",
)
_DIRECTION_MARKS = re.compile("[\u200c\u200e\u200f\u202a-\u202e]")


def _copied(path: Path) -> str:
    """The text as poppler copies it, without spaces and direction marks."""
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    return unicodedata.normalize("NFC", re.sub(r"\s", "", _DIRECTION_MARKS.sub("", text)))


def _letters(text: str) -> list[str]:
    """The words of a text without accents; poppler exchanges the two letters of an Arabic ligature such as lam-alef."""
    words = re.findall(
        r"\w+", "".join(one for one in unicodedata.normalize("NFD", text) if one.isalnum() or one == " ")
    )
    return [word for word in words if not re.search("ل[اأإى]|لا", word)]


@needs_poppler
@needs_system_fonts
@pytest.mark.parametrize("said", SAID, ids=[name for name, _ in SAID])
def test_text_in_any_script_can_be_copied(tmp_path: Path, said: tuple[str, str]) -> None:
    path = tmp_path / "recap.pdf"
    render_pdf(recap_in_eight_scripts(), path)
    copied = "".join(one for one in unicodedata.normalize("NFD", _copied(path)) if one.isalnum())
    name, text = said
    words = _letters(_DIRECTION_MARKS.sub("", text.replace("-", " ")))
    assert words
    assert [word for word in words if word not in copied] == []
    assert "?" not in name


@needs_system_fonts
def test_eight_scripts_need_no_notice(tmp_path: Path) -> None:
    reader = read(recap_in_eight_scripts(), tmp_path)
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "Missing characters" not in text
    embedded = {str(font["/BaseFont"]) for page in reader.pages for font in _fonts(page)}
    for name in (
        "MarkaziText",
        "NotoSerifHebrew",
        "NotoSerifDevanagari",
        "NotoSerifThai",
        "NotoEmoji",
        "Droid",
        "Nanum",
    ):
        assert any(name in font for font in embedded), name


def _fonts(page: object) -> list[object]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]


@needs_poppler
def test_a_paragraph_from_right_to_left_ends_at_the_right_edge_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "recap.pdf"
    render_pdf(recap_in_eight_scripts(), path)
    found = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True).stdout
    boxes = found.decode(errors="replace")
    right = [
        float(edge)
        for edge, word in re.findall(r'xMax="([\d.]+)"[^>]*>([^<]+)</word>', boxes)
        if word in ("בוקר", "בוקר"[::-1])
    ]
    assert right
    assert all(abs(edge - 492) < 1.5 or abs(edge - 400) < 1.5 for edge in right)


def test_no_font_of_the_product_is_broken() -> None:
    assert fonts.find_broken_fonts() == []


@needs_poppler
def test_signs_above_the_first_plane_are_copied(tmp_path: Path) -> None:
    path = tmp_path / "recap.pdf"
    render_pdf(recap_in_eight_scripts(), path)
    copied = _copied(path)
    assert "🐹Zoë&Jürgen🎧" in copied
    assert "🚀,nosooner." in copied
