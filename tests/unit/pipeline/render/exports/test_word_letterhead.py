"""The letterhead in the Word document."""

from __future__ import annotations

from io import BytesIO

import docx
from docx.document import Document
from docx.oxml.ns import qn
from support.logos import make_picture
from support.recaps import sample_recap

from pipeline.render.exports.word.document import write_docx
from pipeline.render.letterhead import Letterhead
from pipeline.render.logo import make_logo

LETTERHEAD = Letterhead(make_logo(make_picture()), "Gemeinde Südwest", "Rathausplatz 1", "Bank DE00", "#146b3a")


def written(letterhead: Letterhead | None) -> Document:
    stream = BytesIO()
    write_docx(sample_recap(), stream, letterhead)
    return docx.Document(BytesIO(stream.getvalue()))


def test_logo_name_and_address_stand_above_the_first_page() -> None:
    section = written(LETTERHEAD).sections[0]
    assert section.different_first_page_header_footer
    head = section.first_page_header
    assert [one.text for one in head.paragraphs] == ["", "Gemeinde Südwest", "Rathausplatz 1"]
    [properties] = head._element.iter(qn("wp:docPr"))
    assert properties.get("descr") == "Logo of Gemeinde Südwest"
    [picture] = [one.target_part.blob for one in head.part.rels.values() if "image" in one.reltype]
    assert picture == LETTERHEAD.logo
    assert [one.text for one in section.header.paragraphs] == [""]


def test_the_footer_stands_on_every_page() -> None:
    section = written(LETTERHEAD).sections[0]
    for footer in (section.first_page_footer, section.footer):
        assert [one.text for one in footer.paragraphs] == ["Bank DE00"]


def test_headings_have_the_colour() -> None:
    assert str(written(LETTERHEAD).styles["Heading 1"].font.color.rgb) == "146B3A"


def test_the_author_is_the_organisation() -> None:
    assert written(LETTERHEAD).core_properties.author == "Gemeinde Südwest"
    assert written(None).core_properties.author == "Northwind"


def test_without_a_letterhead_there_is_no_header() -> None:
    section = written(None).sections[0]
    assert not section.different_first_page_header_footer
    assert section.header.is_linked_to_previous
