"""The PDF as a screen reader hears it: elements in reading order, tagged links, figures in words, table heads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pytest
from pysubs2 import SSAFile
from support.pdf_structure import Node, artifacts, read_structure
from support.recaps import assembly_recap, sample_recap
from support.scripts import SAID, recap_in_eight_scripts

from pipeline.recap import Recap
from pipeline.render.pdf.attachments import Attachment, list_attachments
from pipeline.render.pdf.document import render_pdf

LISTS = {"L": {"LI"}, "LI": {"Lbl", "LBody"}, "Table": {"TR"}, "TR": {"TH", "TD"}}


@contextmanager
def opened(recap: Recap, **options: object) -> Iterator[pikepdf.Pdf]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "recap.pdf")
        render_pdf(recap, path, **options)  # type: ignore[arg-type]
        with pikepdf.open(path) as pdf:
            yield pdf


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text).replace("’", "'")


def _heads(root: Node) -> list[tuple[str, str]]:
    return [(node.kind, node.text) for node in root.walk() if re.fullmatch(r"H\d", node.kind)]


def test_the_heads_are_in_order_and_skip_no_level() -> None:
    with opened(sample_recap()) as pdf:
        heads = _heads(read_structure(pdf))
    assert heads[0] == ("H1", "Product launch planning")
    assert [text for kind, text in heads if kind == "H2"] == [
        *("Participants", "In short", "Decisions4", "Action items6", "Open questions3", "Topics4", "In their words"),
        *("Transcript", "Coverage and provenance"),
    ]
    levels = [int(kind[1]) for kind, _ in heads]
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    "recap", [sample_recap(doubt=0.05), assembly_recap(people=10, turns=120)], ids=["short", "long"]
)
def test_every_sentence_is_read_once_and_in_order(recap: Recap) -> None:
    with opened(recap) as pdf:
        root = read_structure(pdf, without_links=True)  # a turn that goes on has a time on each page
        rest = artifacts(pdf)
    text = _squeeze(root.text)
    place = text.index("Transcript")
    for segment in recap.transcript.segments:
        place = text.index(_squeeze(segment.text), place)
    points = (*recap.summary.decisions, *recap.summary.action_items, *recap.summary.questions)
    place = 0
    for point in points:
        place = text.index(_squeeze(point.text), place)
    assert "continued" not in root.text
    assert "Made with RealRecap" not in root.text
    assert "Made with RealRecap" in rest


@pytest.mark.parametrize("recap", [sample_recap(), assembly_recap(people=10, turns=120)], ids=["short", "long"])
def test_every_link_belongs_to_a_link_element_and_says_where_it_leads(recap: Recap) -> None:
    with opened(recap) as pdf:
        root = read_structure(pdf)
        in_tree = [link.objgen for node in root.find("Link") for link in node.links]
        on_pages = [link.objgen for page in pdf.pages for link in page.get("/Annots", [])]
        assert sorted(in_tree) == sorted(on_pages)
        assert not [node for node in root.walk() if node.links and node.kind != "Link"]
        parents = dict(zip(*[iter(pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
        for node in root.find("Link"):
            for link in node.links:
                assert re.match(r"Recording at \d+:\d\d|\d+ \w+", str(link.Contents))
                assert parents[int(link.StructParent)].S == "/Link"
        for page in pdf.pages:
            assert page.Tabs == "/S"
            assert all(one.Type == "/StructElem" for one in parents[int(page.StructParents)])


def test_the_figures_are_described() -> None:
    with opened(sample_recap()) as pdf:
        speech, coverage = read_structure(pdf).find("Figure")
    assert speech.alt == "Bars of talk time, and when each person spoke: Anna 42 %, Ben 32 %, Carol 26 %."
    assert coverage.alt == "Bars over the length of the recording: 88 % is speech, 88 % is summarised."


def test_the_tables_have_heads_once_and_full_rows() -> None:
    with opened(assembly_recap(turns=40)) as pdf:
        root = read_structure(pdf)
    for table, heads in zip(
        root.find("Table"),
        (["Owner", "Task", "Due", "Said at"], ["Step", "Engine and model", "Settings", "Took"]),
        strict=True,
    ):
        first, *rows = table.kids
        assert [(cell.kind, cell.scope, cell.text) for cell in first.kids] == [
            ("TH", "/Column", head) for head in heads
        ]
        assert {(cell.kind, len(row.kids)) for row in rows for cell in row.kids} == {("TD", 4)}
    assert len(root.find("Table")[0].kids) == 41


@pytest.mark.parametrize("recap", [sample_recap(), recap_in_eight_scripts()], ids=["latin", "scripts"])
def test_lists_and_tables_have_only_their_own_parts(recap: Recap) -> None:
    with opened(recap) as pdf:
        root = read_structure(pdf)
    assert root.kind == "Document"
    for node in root.walk():
        assert {kid.kind for kid in node.kids} <= LISTS.get(node.kind, {kid.kind for kid in node.kids})
        assert node.text or node.kids or node.links or node.kind in ("TD", "Figure")


def test_text_from_right_to_left_is_read_in_its_order() -> None:
    with opened(recap_in_eight_scripts()) as pdf:
        text = _squeeze(read_structure(pdf).text)
    for _, said in SAID:
        assert _squeeze(said) in text


def test_a_reader_is_told_language_title_and_standards() -> None:
    with opened(sample_recap()) as pdf:
        assert pdf.Root.Lang == "en"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Product launch planning"
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert metadata.pdfa_status == "3A"


def test_files_are_attached_compressed_and_named() -> None:
    content = b"0123456789" * 5000
    file = Attachment("transcript.json", "application/json", content, "The transcript")
    with opened(sample_recap(), attachments=[file]) as pdf:
        [spec] = pdf.Root.AF
        assert spec.AFRelationship == "/Alternative"
        assert spec.Desc == "The transcript"
        attached = pdf.attachments["transcript.json"].get_file()
        assert attached.mime_type == "application/json"
        assert attached.read_bytes() == content
        assert len(spec.EF.F.read_raw_bytes()) < 1000
        assert "transcript.json (open the attachments of this PDF)" in read_structure(pdf).text


def test_the_transcript_goes_with_the_pdf_as_data_and_as_subtitles() -> None:
    recap = sample_recap()
    with opened(recap, attachments=list_attachments(recap)) as pdf:
        subtitles = pdf.attachments["transcript.srt"].get_file()
        assert subtitles.mime_type == "application/x-subrip"
        cues = SSAFile.from_string(subtitles.read_bytes().decode("utf-8-sig"), "srt")
        segments = json.loads(pdf.attachments["transcript.json"].get_file().read_bytes())["segments"]
    assert segments[0]["text"].split()[0] in cues[0].text
    assert cues[-1].end / 1000 == pytest.approx(segments[-1]["end"], abs=2.0)


def test_nothing_is_attached_without_words() -> None:
    recap = sample_recap()
    assert list_attachments(replace(recap, transcript=replace(recap.transcript, segments=()))) == []


@pytest.mark.parametrize("parts", [(), ("transcript",), ("provenance",), ("transcript", "provenance")])
def test_only_the_chosen_parts_follow_the_recap(parts: tuple[str, ...]) -> None:
    with opened(sample_recap(), parts=parts) as pdf:
        root = read_structure(pdf)
        heads = [text for _, text in _heads(root)]
    assert "Decisions4" in heads
    assert ("Transcript" in heads) == ("transcript" in parts)
    assert ("Coverage and provenance" in heads) == ("provenance" in parts)
    assert ("See the last page." in root.text) == ("provenance" in parts)
    assert _squeeze("Install a full model to make it again") in _squeeze(root.text)
