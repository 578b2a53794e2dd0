"""The letterhead in the PDF: seen on page 1, read aloud, and fit for archives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from support.logos import make_picture
from support.pdf_structure import artifacts, read_structure
from support.recaps import assembly_recap, sample_recap

from pipeline.recap import Recap
from pipeline.render.letterhead import Letterhead
from pipeline.render.logo import make_logo
from pipeline.render.pdf.document import render_pdf

LETTERHEAD = Letterhead(
    make_logo(make_picture()), "Gemeinde Südwest", "Rathausplatz 1, 12345 Südwest", "Bank DE00 1234", "#146b3a"
)
GREEN = "0.078431 0.419608 0.227451 RG"


def opened(folder: Path, recap: Recap, letterhead: Letterhead | None) -> pikepdf.Pdf:
    path = folder / "recap.pdf"
    render_pdf(recap, path, letterhead=letterhead)
    return pikepdf.open(path)


def images_of(pdf: pikepdf.Pdf) -> list[list[pikepdf.Object]]:
    """The pictures of each page."""
    found = [page.Resources.get("/XObject", {}).values() for page in pdf.pages]
    return [[one for one in objects if one.Subtype == "/Image"] for objects in found]


def test_an_empty_letterhead_changes_no_byte(tmp_path: Path) -> None:
    for name, letterhead in (("none.pdf", None), ("empty.pdf", Letterhead())):
        render_pdf(sample_recap(), tmp_path / name, letterhead=letterhead)
    assert (tmp_path / "none.pdf").read_bytes() == (tmp_path / "empty.pdf").read_bytes()


def test_the_logo_is_on_page_1_alone_and_opaque(tmp_path: Path) -> None:
    with opened(tmp_path, sample_recap(), LETTERHEAD) as pdf:
        first, *others = images_of(pdf)
        assert len(first) == 1
        assert not any(others)
        assert (first[0].ColorSpace, int(first[0].Width), int(first[0].Height)) == ("/DeviceRGB", 60, 20)
        assert not {"/SMask", "/Mask", "/Interpolate"} & set(first[0].keys())


def test_the_letterhead_is_read_first_and_its_footer_once(tmp_path: Path) -> None:
    with opened(tmp_path, assembly_recap(people=10, turns=60), LETTERHEAD) as pdf:
        root = read_structure(pdf)
        assert root.kids[0].kind == "Figure"
        assert root.kids[0].alt == "Logo of Gemeinde Südwest"
        assert [node.text for node in root.kids[1:4]] == [LETTERHEAD.name, LETTERHEAD.address, "Meeting recap"]
        assert root.text.count("Bank DE00 1234") == 1
        assert artifacts(pdf).count("Bank DE00 1234") == len(pdf.pages) - 1


def test_rules_have_the_colour(tmp_path: Path) -> None:
    def code(letterhead: Letterhead | None) -> bytes:
        with opened(tmp_path, sample_recap(), letterhead) as pdf:
            return b"".join(page.Contents.read_bytes() for page in pdf.pages)

    plain = [float(part) for part in GREEN.split()[:3]]
    assert code(LETTERHEAD).count(b" RG") > 0
    coloured = [line for line in code(LETTERHEAD).split(b"\n") if line.endswith(b" RG") and _is_near(line, plain)]
    assert coloured
    assert not [line for line in code(None).split(b"\n") if line.endswith(b" RG") and _is_near(line, plain)]


def _is_near(line: bytes, colour: list[float]) -> bool:
    parts = line.split()[:3]
    return len(parts) == 3 and all(abs(float(a) - b) < 0.001 for a, b in zip(parts, colour, strict=True))


def test_the_file_says_who_it_is_from_and_stays_fit_for_archives(tmp_path: Path) -> None:
    with opened(tmp_path, sample_recap(), LETTERHEAD) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:creator"] == ["Gemeinde Südwest"]
        assert metadata.pdfa_status == "3A"


@pytest.mark.parametrize(
    "letterhead",
    [
        Letterhead(name="N" * 120, address="Street 1, " * 20, footer="F" * 200),
        Letterhead(name="(\\) <b>&", address="\u202egnp.exe \ue000", footer="مرحبا بالعالم"),
        Letterhead(logo=make_logo(make_picture("RGB", size=(4000, 1)))),
        Letterhead(logo=make_logo(make_picture("RGB", size=(1, 4000))), address="A"),
        replace(LETTERHEAD, logo=b""),
    ],
)
def test_odd_letterheads_are_drawn(tmp_path: Path, letterhead: Letterhead) -> None:
    with opened(tmp_path, sample_recap(), letterhead) as pdf:
        assert "Product launch planning" in read_structure(pdf).text
