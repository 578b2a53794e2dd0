"""The exports of one recap, byte for byte as they are kept, and as other programs read them."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import jsonschema
import pympi
import pytest
from docx.oxml.ns import qn
from support.export_reading import export
from support.golden_exports import golden_bytes, golden_path, golden_recap
from support.helpers import ROOT
from support.recaps import URL, sample_recap

from pipeline.render.exports.archive import ZipPart, iterate_zip
from pipeline.render.exports.catalogue import FORMATS
from pipeline.render.exports.writers import WRITERS


@pytest.mark.parametrize("name", WRITERS)
def test_an_export_is_as_it_is_kept(name: str) -> None:
    assert golden_bytes(name).decode() == golden_path(name).read_bytes().decode()


def test_every_format_of_the_menu_can_be_written() -> None:
    assert {*WRITERS, "pdf", "zip"} == FORMATS.keys()


def _close(schema: Any) -> Any:
    """The schema in which no object has other fields than those it tells of."""
    if isinstance(schema, list):
        return [_close(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _close(value) for name, value in schema.items()}
    return closed | ({"additionalProperties": False} if schema.get("type") == "object" else {})


@pytest.mark.parametrize("recap", [golden_recap(), sample_recap()], ids=["golden", "meeting"])
def test_data_follow_the_published_schema_which_tells_of_every_field(recap: Any) -> None:
    schema = json.loads((ROOT / "docs" / "recap.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(_close(schema)).validate(json.loads(export(recap, "json")))


def test_elan_annotations_are_read_by_pympi(tmp_path: Path) -> None:
    path = tmp_path / "recap.eaf"
    path.write_bytes(export(golden_recap(), "eaf"))
    document = pympi.Elan.Eaf(str(path))
    assert list(document.get_tier_names()) == ["Anna", "Ben O'Neill & Co"]
    said = "=Ask <Grafana> about 25 [licences] | & *more*."
    assert document.get_annotation_data_for_tier("Ben O'Neill & Co") == [(10200, 14000, said)]


def read_docx() -> Any:
    return docx.Document(BytesIO(export(golden_recap(), "docx")))


def test_the_tasks_in_a_word_document_are_a_table_whose_heads_repeat() -> None:
    document = read_docx()
    tasks = document.tables[0]
    assert tasks.style.name == "Recap Table"
    assert [cell.text for cell in tasks.rows[0].cells] == ["Task", "Owner", "Due", "Said at"]
    assert tasks.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert tasks.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None


def test_times_in_a_word_document_open_the_recording() -> None:
    document = read_docx()
    links = list(document.element.body.iter(qn("w:hyperlink")))
    relation = document.part.rels[links[0].get(qn("r:id"))]
    assert (relation.target_ref, relation.is_external) == (URL, True)
    assert {"t=0", "t=4", "t=10"} == {link.get(qn("w:anchor")) for link in links}


def test_a_word_document_has_its_language_and_properties() -> None:
    document = read_docx()
    properties = document.core_properties
    told = (properties.title, properties.author, properties.subject, properties.keywords, properties.language)
    assert told == ("Ten seconds", "Northwind", "Meeting recap", "Anna, Ben O'Neill & Co", "en")
    assert f"{properties.created:%Y-%m-%d %H:%M}" == "2026-11-17 09:00"
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en"


def test_an_archive_has_the_pdf_and_every_other_format(tmp_path: Path) -> None:
    pdf = tmp_path / "stored.pdf"
    pdf.write_bytes(b"%PDF-1.4 " + bytes(700_000))
    pieces = list(iterate_zip(ZipPart(golden_recap(), pdf)))
    assert len(pieces) > len(WRITERS)
    with ZipFile(BytesIO(b"".join(pieces))) as archive:
        assert archive.namelist() == [f"Ten seconds.{name}" for name in ("pdf", *WRITERS)]
        assert archive.read("Ten seconds.pdf") == pdf.read_bytes()
        assert archive.read("Ten seconds.srt") == export(golden_recap(), "srt")
