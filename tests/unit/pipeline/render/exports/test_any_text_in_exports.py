"""Whatever stands in a recap, every export can be read back and has it as text, never as markup or a formula."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from io import BytesIO, StringIO
from itertools import pairwise
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import docx
import pysubs2
import webvtt
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.any_recaps import recaps, texts
from support.export_reading import Markup, export, render_markdown, split_front_matter
from support.recaps import URL, sample_recap

from pipeline.recap import Recap
from pipeline.render.exports.archive import ZipPart, iterate_zip
from pipeline.render.exports.content import read_content
from pipeline.render.exports.csv_table import guard
from pipeline.render.exports.cues import list_cues
from pipeline.render.exports.markdown import escape
from pipeline.render.exports.text import clean
from pipeline.render.exports.writers import WRITERS

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def spoken(recap: Recap) -> list[str]:
    """The paragraphs of the transcript."""
    return [paragraph.text for turn in read_content(recap).turns for paragraph in turn.paragraphs]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_subtitles(recap: Recap) -> None:
    cues = list_cues(recap, labels=True)
    read = pysubs2.SSAFile.from_string(export(recap, "srt").decode(), format_="srt", keep_html_tags=True)
    assert [(event.start, event.end) for event in read] == [(round(c.start * 1000), round(c.end * 1000)) for c in cues]
    voices = list_cues(recap)
    captions = webvtt.from_string(export(recap, "vtt").decode()).captions
    assert len(captions) == len(voices)
    for caption, cue in zip(captions, voices, strict=True):
        assert unescape(caption.voice or "").strip() == cue.name
        shown = Markup(caption.raw_text)
        assert shown.text.split() == " ".join(cue.lines).split()
        assert shown.tags <= {"v"}


def test_a_name_that_ends_in_dashes_makes_no_arrow() -> None:
    base = sample_recap("ten-seconds")
    speakers = tuple(replace(one, name="Anna --") for one in base.transcript.speakers)
    recap = replace(base, transcript=replace(base.transcript, speakers=speakers))
    captions = webvtt.from_string(export(recap, "vtt").decode()).captions
    assert len(captions) == len(list_cues(recap))
    assert (captions[0].voice or "").strip() == "Anna --"


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_a_note_without_markup_of_its_own(recap: Recap) -> None:
    front, body = split_front_matter(export(recap, "md").decode())
    assert yaml.safe_load(front)["title"] == read_content(recap).title
    shown = render_markdown(body)
    assert shown.tags <= {"h1", "h2", "p", "ul", "li", "strong", "blockquote", "a", "input"}
    assert all(address.startswith(f"{URL}#t=") for address in shown.addresses)
    text = " ".join(shown.text.split())
    assert all(" ".join(paragraph.split()) in text for paragraph in spoken(recap))


@settings(max_examples=300, deadline=None)
@given(st.one_of(texts, st.text()))
def test_escaped_text_shows_literally_in_markdown(text: str) -> None:
    shown = render_markdown(f"- {escape(clean(text))}")
    assert shown.tags <= {"ul", "li"}
    assert shown.text.split() == clean(text).split()


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_plain_text(recap: Recap) -> None:
    text = export(recap, "txt").decode()
    assert not FORBIDDEN.search(text)
    assert all(paragraph in text for paragraph in spoken(recap))


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_a_table(recap: Recap) -> None:
    rows = list(csv.reader(StringIO(export(recap, "csv").decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == [segment.id for segment in recap.transcript.segments]
    assert [row[5] for row in rows[1:]] == [guard(segment.text) for segment in recap.transcript.segments]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in rows for cell in row)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_a_guarded_cell_is_the_text_itself_or_follows_an_apostrophe(text: str) -> None:
    assert guard(text).removeprefix("'") == clean(text).removeprefix("'")
    assert guard(f"={text}").startswith("'=")


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_speaker_turns(recap: Recap) -> None:
    lines = export(recap, "rttm").decode().splitlines()
    assert len(lines) == len(recap.transcript.segments)
    assert all(len(line.split(" ")) == 10 and float(line.split(" ")[4]) >= 0 for line in lines)
    assert len({line.split(" ")[7] for line in lines}) <= len(recap.transcript.speakers) + 1


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_annotations_that_do_not_overlap(recap: Recap) -> None:
    document = ET.fromstring(export(recap, "eaf"))  # noqa: S314 - our own document
    slots = {one.get("TIME_SLOT_ID"): int(one.get("TIME_VALUE", "")) for one in document.iter("TIME_SLOT")}
    assert list(slots.values()) == sorted(slots.values())
    values = [one.text or "" for one in document.iter("ANNOTATION_VALUE")]
    assert sorted(values) == sorted(clean(segment.text) for segment in recap.transcript.segments)
    for tier in document.iter("TIER"):
        spans = [
            (slots[one.get("TIME_SLOT_REF1")], slots[one.get("TIME_SLOT_REF2")])
            for one in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        assert all(start < end for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_a_transcript_for_otranscribe(recap: Recap) -> None:
    shown = Markup(json.loads(export(recap, "otr"))["text"])
    assert shown.tags <= {"p", "span", "b"}
    assert all(paragraph in shown.text for paragraph in spoken(recap))


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_data(recap: Recap) -> None:
    read = json.loads(export(recap, "json").decode())
    told = [segment.text.encode("utf-8", "replace").decode() for segment in recap.transcript.segments]
    assert [segment["text"] for segment in read["transcript"]["segments"]] == told
    assert [segment["written"] for segment in read["transcript"]["segments"]] == told


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_a_word_document(recap: Recap) -> None:
    document = docx.Document(BytesIO(export(recap, "docx")))
    content = read_content(recap)
    assert document.core_properties.title == content.title[:255]
    shown = [paragraph.text for paragraph in document.paragraphs]
    assert content.title in shown
    assert all(any(line.endswith(paragraph) for line in shown) for paragraph in spoken(recap))


def list_names(pieces: Iterator[bytes]) -> list[str]:
    with ZipFile(BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return archive.namelist()


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(recaps())
def test_any_recap_becomes_an_archive(recap: Recap) -> None:
    names = list_names(iterate_zip(ZipPart(recap, None)))
    assert [name.rpartition(".")[2] for name in names] == list(WRITERS)
    assert not any("/" in name or "\\" in name for name in names)
