"""The minutes as a PDF: what stands in them, and how they are read aloud."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader
from support.logos import make_picture
from support.pdf_structure import Node, read_structure
from support.recaps import assembly_recap, sample_recap
from support.scripts import recap_in_eight_scripts

from pipeline.minutes.filled import FilledMinutes, FilledMotion
from pipeline.reading.draft import DRAFT, mark_draft
from pipeline.recap import Recap
from pipeline.render.letterhead import Letterhead
from pipeline.render.logo import make_logo
from pipeline.render.pdf.minutes_document import render_minutes

LISTS = {"L": {"LI"}, "LI": {"Lbl", "LBody"}, "Table": {"TR"}, "TR": {"TH", "TD"}}
FILLED = FilledMinutes(place="Town hall", chair="Dr. Muster", next_meeting="2 June, 19:00")


def opened(folder: Path, recap: Recap, filled: FilledMinutes, letterhead: Letterhead | None = None) -> pikepdf.Pdf:
    path = folder / "minutes.pdf"
    render_minutes(recap, filled, path, letterhead=letterhead)
    return pikepdf.open(path)


def structure(folder: Path, recap: Recap, filled: FilledMinutes) -> Node:
    with opened(folder, recap, filled) as pdf:
        return read_structure(pdf)


def fill_all(recap: Recap, motion: FilledMotion) -> FilledMinutes:
    return FILLED.with_motions(recap, {point.id: motion for point in recap.summary.decisions})


def test_every_part_of_the_minutes_is_there_in_order(tmp_path: Path) -> None:
    root = structure(tmp_path, sample_recap(), FILLED)
    heads = [(node.kind, node.text) for node in root.walk() if re.fullmatch(r"H\d", node.kind)]
    assert heads == [
        ("H1", "Product launch planning"),
        *(("H2", text) for text in ("Meeting", "Agenda4", "Decisions4", "Action items6", "Open questions3")),
        ("H2", "Next meeting"),
        ("H2", "Signatures"),
    ]
    said = (
        "17 November 2026", "Town hall", "Anna, Ben, Carol", "Decision 1", "Moved by", "Vote", "2 June, 19:00",
        "Chair", "Dr. Muster", "Secretary",
    )  # fmt: skip
    places = [root.text.index(text) for text in said]
    assert all(before < after for before, after in pairwise(places))


def test_what_was_filled_in_stands_with_its_decision(tmp_path: Path) -> None:
    recap = sample_recap()
    second = recap.summary.decisions[1]
    filled = FILLED.with_motions(recap, {second.id: FilledMotion("Anna", "Ben", "7 for, 2 against", "Carried")})
    [item] = [node for node in structure(tmp_path, recap, filled).find("LI") if "Decision 2" in node.text]
    text = re.sub(r"\s", "", item.text)
    for said in (second.text, "Moved byAnna", "Seconded byBen", "Vote7 for, 2 against", "ResultCarried"):
        assert re.sub(r"\s", "", said) in text


@pytest.mark.parametrize(
    ("recap", "motion"),
    [
        (sample_recap(), FilledMotion()),
        (recap_in_eight_scripts(), FilledMotion("שלום", "مرحبا", "3 : 2", "通过")),
        (assembly_recap(people=10, turns=60), FilledMotion("x" * 120, "two words " * 12, "v", "")),
    ],
    ids=["blank", "scripts", "long"],
)
def test_lists_and_tables_have_only_their_own_parts(tmp_path: Path, recap: Recap, motion: FilledMotion) -> None:
    root = structure(tmp_path, recap, fill_all(recap, motion))
    for node in root.walk():
        assert {kid.kind for kid in node.kids} <= LISTS.get(node.kind, {kid.kind for kid in node.kids})
        assert node.text or node.kids or node.links or node.kind in ("TD", "Figure")
    for table in root.find("Table"):
        assert [cell.text for cell in table.kids[0].kids] == ["Owner", "Task", "Due"]


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    letterhead = Letterhead(make_logo(make_picture()), "Gemeinde Südwest", footer="Bank")
    with opened(tmp_path, sample_recap(), FILLED, letterhead) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:creator"] == ["Gemeinde Südwest"]
        assert pdf.docinfo.Subject == "Minutes"
        assert [node.alt for node in read_structure(pdf).find("Figure")] == ["Logo of Gemeinde Südwest"]


def test_a_recap_without_anything_still_has_lines_to_fill_in(tmp_path: Path) -> None:
    recap = sample_recap()
    nothing = dict.fromkeys(("overview", "topics", "decisions", "action_items", "questions", "quotes"), ())
    empty = replace(recap, title="", summary=replace(recap.summary, title="", **nothing))
    text = structure(tmp_path, empty, FilledMinutes()).text
    for said in ("launch-planning.mp3", "Apologies", "None were found.", "Next meeting", "Secretary"):
        assert said in text


def test_markup_and_strange_characters_are_printed(tmp_path: Path) -> None:
    hostile = "<b>&(\\) \u202e\x07 \ue000 {{ 7*7 }}"
    names = dict.fromkeys(("place", "date", "attendance", "apologies", "next_meeting", "chair"), hostile)
    text = structure(tmp_path, sample_recap(), FilledMinutes(**names)).text
    assert text.count("<b>&(\\)") == len(names)


def test_minutes_of_a_draft_say_so(tmp_path: Path) -> None:
    recap = sample_recap()
    assert DRAFT not in structure(tmp_path, recap, FILLED).text
    with opened(tmp_path, mark_draft(recap), FILLED) as pdf:
        assert DRAFT in read_structure(pdf).text
    pages = PdfReader(tmp_path / "minutes.pdf").pages
    assert all(DRAFT in page.extract_text() for page in pages)
    assert len(pages) > 1
