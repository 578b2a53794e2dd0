"""What documents say: names, times and directions."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from support.export_reading import export, render_markdown, split_front_matter
from support.recaps import assembly_recap, sample_recap

from pipeline.accepted_offers import show_speakers
from pipeline.overlays import VoiceOffer
from pipeline.recap import Recap, Segment, Summary
from pipeline.render.exports.catalogue import FORMATS
from pipeline.render.exports.text import is_right_to_left

NAMED = sorted(FORMATS.keys() - {"pdf", "zip", "docx"})


@pytest.mark.parametrize("name", NAMED)
def test_the_names_that_people_gave_stand_in_every_export(name: str) -> None:
    recap = show_speakers(sample_recap(), (), {"spk0": "Zoë"})
    text = export(recap, name).decode()
    assert "Zoë" in text
    assert not re.search(r"\bAnna\b", re.sub("Anna, please|Thank you, Anna", "", text)) or name == "json"


def test_speakers_who_are_one_person_share_a_tier() -> None:
    recap = sample_recap()
    offer = VoiceOffer("merge", ("spk0", "spk1"), 0.9, ((0, 1), (2, 3)))
    recap = replace(recap, transcript=replace(recap.transcript, offers=(offer,)))
    merged = show_speakers(recap, (offer.id,), {})
    assert len(re.findall("<TIER ", export(recap, "eaf").decode())) == 3
    assert len(re.findall("<TIER ", export(merged, "eaf").decode())) == 2


def test_without_an_address_times_are_text_alone() -> None:
    recap = replace(sample_recap(), recording_url=None)
    front, body = split_front_matter(export(recap, "md").decode())
    assert "source:" not in front
    assert render_markdown(body).addresses == set()
    document = docx.Document(BytesIO(export(recap, "docx")))
    assert not list(document.element.body.iter(qn("w:hyperlink")))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd"])
def test_only_a_web_address_becomes_a_link(address: str) -> None:
    _, body = split_front_matter(export(replace(sample_recap(), recording_url=address), "md").decode())
    assert render_markdown(body).addresses == set()


def test_an_address_cannot_end_its_link() -> None:
    recap = replace(sample_recap(), recording_url='https://recap.example/a) <b>(c" d')
    _, body = split_front_matter(export(recap, "md").decode())
    assert {one.partition("#")[0] for one in render_markdown(body).addresses} == {
        "https://recap.example/a%29%20%3Cb%3E%28c%22%20d"
    }


def test_in_a_long_meeting_all_times_have_hours() -> None:
    text = export(assembly_recap(turns=60), "txt").decode()
    assert re.findall(r"^\[(.*?)\]", text, re.M)
    assert all(re.fullmatch(r"\d:\d\d:\d\d", time) for time in re.findall(r"^\[(.*?)\]", text, re.M))


def empty_summary(recap: Recap) -> Summary:
    return replace(
        recap.summary, overview=(), topics=(), decisions=(), action_items=(), questions=(), quotes=(), engine="none"
    )


def test_a_transcript_without_summary_has_no_empty_sections() -> None:
    recap = sample_recap()
    text = export(replace(recap, summary=empty_summary(recap)), "txt").decode()
    assert "Decisions" not in text
    assert "Transcript" in text
    summary = replace(empty_summary(recap), engine="extractive")
    assert "Decisions\n---------\nNone were found." in export(replace(recap, summary=summary), "txt").decode()


def test_a_recording_without_words_says_so() -> None:
    recap = replace(sample_recap(), transcript=replace(sample_recap().transcript, segments=(), speakers=()))
    for name in ("txt", "md"):
        assert "No words were recognized." in export(recap, name).decode()


def test_text_from_right_to_left_is_marked_in_a_word_document() -> None:
    base = sample_recap("ten-seconds")
    segments = (Segment("s0", 0, 2, "שלום לכולם, נתחיל בפגישה.", None), Segment("s1", 70, 72, "Good morning.", None))
    recap = replace(base, title="ישיבת צוות", transcript=replace(base.transcript, segments=segments, speakers=()))
    document = docx.Document(BytesIO(export(recap, "docx")))
    marked = {
        one.text for one in document.paragraphs if one._p.pPr is not None and one._p.pPr.find(qn("w:bidi")) is not None
    }
    assert "ישיבת צוות" in marked
    assert any("שלום" in text for text in marked)
    assert not any("Good morning" in text for text in marked)


@pytest.mark.parametrize(
    ("text", "expected"), [("(12) שלום", True), ("مرحبا", True), ("Hello שלום", False), ("12:30", False), ("", False)]
)
def test_the_first_letter_tells_the_direction(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected
