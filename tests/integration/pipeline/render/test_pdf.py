"""The PDF as its readers see it: its text, links, outline and pages."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from support.pdf_reading import addresses, needs_poppler, read, text_of, titles, with_segments, without_summary
from support.proven_recaps import TASK, with_proofs
from support.recaps import URL, assembly_recap, sample_recap

from pipeline.recap import Coverage, FailedWindow, Notice, Segment
from pipeline.render import system_fonts
from pipeline.render.pdf import fonts
from pipeline.render.pdf.document import render_pdf


def test_the_first_page_holds_the_recap(tmp_path: Path) -> None:
    page = " ".join(read(sample_recap(), tmp_path).pages[0].extract_text().split())
    for expected in (
        "Northwind",
        "Product launch planning",
        "3:38",
        "Tuesday 17 November 2026, 10:00",
        "3 min 38 s",
        "3 people",
        "English",
        "Participants",
        "In short",
        "Decisions 4",
        "Action items 6",
        "by the end of the month",
        "Open questions 3",
        "Times in red open it at that second",
    ):
        assert expected in page


@needs_poppler
def test_the_drawing_order_is_the_reading_order(tmp_path: Path) -> None:
    path = tmp_path / "recap.pdf"
    render_pdf(sample_recap(), path)
    raw = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "Anna We agreed to redesign the login page in April. 2:06" in raw
    assert "Carol Yes, I can hear you. Good morning. 0:13" in raw
    order = [raw.index(word) for word in ("In short", "Decisions 4", "Action items 6", "Open questions 3", "Topics")]
    assert order == sorted(order)


def test_pages_are_numbered_and_named(tmp_path: Path) -> None:
    reader = read(sample_recap(), tmp_path)
    count = len(reader.pages)
    texts = [page.extract_text() for page in reader.pages]
    assert all(f"{number} / {count}" in text for number, text in enumerate(texts, 1))
    assert all("Product launch planning" in text for text in texts)
    assert "Transcript" in texts[2]
    assert "Coverage and provenance" in texts[-1]


def test_times_open_the_recording_at_their_second(tmp_path: Path) -> None:
    recap = sample_recap()
    found = addresses(read(recap, tmp_path))
    for decision in recap.summary.decisions:
        assert f"{URL}?t={int(decision.start)}" in found
    assert all(re.fullmatch(re.escape(URL) + r"\?t=\d+", address) for address in found)


@pytest.mark.parametrize("address", [None, "javascript:alert(1)", "file:///etc/passwd"])
def test_without_a_web_address_there_are_no_links(tmp_path: Path, address: str | None) -> None:
    reader = read(replace(sample_recap(), recording_url=address), tmp_path)
    assert addresses(reader) == []
    assert "Times in red" not in text_of(reader)
    assert "1:03" in text_of(reader)


def test_an_address_with_a_question_keeps_it(tmp_path: Path) -> None:
    reader = read(replace(sample_recap(), recording_url=f"{URL}?view=1"), tmp_path)
    assert f"{URL}?view=1&t=63" in addresses(reader)


def test_the_outline_names_every_section(tmp_path: Path) -> None:
    recap = sample_recap()
    reader = read(recap, tmp_path)
    assert titles(reader) == [
        "Recap",
        "Decisions",
        "Action items",
        "Open questions",
        "Topics",
        "In their words",
        "Transcript",
        "Coverage and provenance",
    ]
    below = next(entry for entry in reader.outline if isinstance(entry, list))
    assert [str(entry.title) for entry in below] == [topic.title for topic in recap.summary.topics]


def test_the_metadata_names_title_author_and_people(tmp_path: Path) -> None:
    reader = read(sample_recap(), tmp_path)
    assert reader.metadata is not None
    assert reader.metadata.title == "Product launch planning"
    assert reader.metadata.author == "Northwind"
    assert reader.metadata["/Keywords"] == "meeting, recap, Anna, Ben, Carol"
    assert str(reader.metadata["/CreationDate"]).startswith("D:20261117090000")
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_all_fonts_are_embedded(tmp_path: Path) -> None:
    reader = read(sample_recap(), tmp_path)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert len({str(font["/BaseFont"]) for font in fonts}) == 6
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_the_same_recap_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        render_pdf(sample_recap(), tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.parametrize(("size", "width"), [("a4", 595.28), ("letter", 612.0)])
def test_the_page_has_the_asked_size(tmp_path: Path, size: str, width: float) -> None:
    page = read(sample_recap(), tmp_path, paper=size).pages[0]
    assert float(page.mediabox.width) == pytest.approx(width)


def test_markup_is_printed_as_it_stands(tmp_path: Path) -> None:
    hostile = "5 < 6 & <b>bold</b> <img src=/etc/passwd> <a href=http://evil.example>x</a> {{ 7*7 }} (\\) %PDF endobj"
    recap = sample_recap()
    recap = with_segments(recap, Segment("s0", 1.0, 3.0, hostile, "spk0"))
    recap = replace(recap, title=hostile, organisation=hostile)
    reader = read(recap, tmp_path)
    assert hostile in text_of(reader)
    assert not [address for address in addresses(reader) if "evil" in address]
    assert not [image for page in reader.pages for image in page.images]


def test_an_extractive_summary_says_that_its_points_are_quotes(tmp_path: Path) -> None:
    text = text_of(read(sample_recap("council", extractive=True), tmp_path))
    assert "Extracted. These are sentences of the recording, without hesitations; nothing was rewritten. " in text
    assert "because Ollama did not answer. Start Ollama" in text


def test_warnings_stand_on_the_first_page_and_in_full_on_the_last(tmp_path: Path) -> None:
    warning = Notice("odd_sound", "The sound is odd in places.", "Check the microphone.")
    reader = read(replace(sample_recap(), warnings=(warning,)), tmp_path)
    first, last = (" ".join(reader.pages[number].extract_text().split()) for number in (0, -1))
    assert "Odd sound. The sound is odd in places. See the last page." in first
    assert "The sound is odd in places. Check the microphone." in last


def test_failed_windows_are_listed_with_their_reason(tmp_path: Path) -> None:
    window = FailedWindow(61.0, 70.0, "repetition")
    reader = read(replace(sample_recap(), coverage=Coverage(218, 190, 181, 181, (window,))), tmp_path)
    text = text_of(reader)
    assert "Incomplete. 9 s could not be transcribed well." in text
    assert "1:01 – 1:10" in text
    assert "the words repeat themselves" in text
    assert f"{URL}?t=61" in addresses(reader)


def test_sounds_without_words_are_listed_and_are_no_failure(tmp_path: Path) -> None:
    window = FailedWindow(61.0, 70.0, "no_speech")
    text = text_of(read(replace(sample_recap(), coverage=Coverage(218, 190, 181, 181, (window,))), tmp_path))
    assert "Incomplete" not in text
    assert "1:01 – 1:10" in text
    assert "sounds, no words" in text


def test_all_languages_are_named_the_first_ones_where_there_are_many(tmp_path: Path) -> None:
    recap = sample_recap()
    for codes, names in (
        (["en", "nl"], "English, Dutch"),
        (["en", "nl", "de", "fr"], "English, Dutch, 2 more languages"),
    ):
        segments = [replace(segment, language="en") for segment in recap.transcript.segments]
        for number, code in enumerate(codes[1:], 1):
            segments[number] = replace(segments[number], language=code, end=segments[number].start + 1 / number)
        transcript = replace(recap.transcript, segments=tuple(segments))
        page = read(replace(recap, transcript=transcript), tmp_path).pages[0].extract_text()
        assert names in " ".join(page.split())


def test_stretches_missing_from_the_summary_are_listed_apart_from_those_not_transcribed(tmp_path: Path) -> None:
    windows = (FailedWindow(20.0, 30.0, "not_summarized"), FailedWindow(61.0, 70.0, "repetition"))
    warning = Notice("summary_incomplete", "No usable answer for 00:00:20-00:00:30.", "Write the recap again.")
    coverage = Coverage(218, 190, 181, 171, windows)
    text = text_of(read(replace(sample_recap(), coverage=coverage, warnings=(warning,)), tmp_path))
    assert "Incomplete. 9 s could not be transcribed well." in text
    assert "Not all summarised. No usable answer for 00:00:20-00:00:30." in text
    listed = text[text.index("Failed windows") :]
    assert "0:20 – 0:30" in listed
    assert "in the transcript, but not in the summary" in listed
    assert "1:01 – 1:10" in listed
    assert "the words repeat themselves" in listed
    assert text.count("could not be transcribed") == 2  # on page 1 and among the warnings, for 9 s both times


def test_empty_sections_say_so_or_are_left_out(tmp_path: Path) -> None:
    reader = read(without_summary(sample_recap()), tmp_path)
    assert text_of(reader).count("None were found.") == 2
    assert titles(reader) == ["Recap", "Decisions", "Action items", "Transcript", "Coverage and provenance"]


def test_empty_sections_are_left_out_without_a_summary(tmp_path: Path) -> None:
    recap = without_summary(sample_recap())
    recap = replace(recap, summary=replace(recap.summary, engine="none"))
    assert "None were found." not in text_of(read(recap, tmp_path))


def test_a_recap_without_speakers_has_one_lane_of_speech(tmp_path: Path) -> None:
    recap = sample_recap()
    segments = tuple(replace(one, speaker=None) for one in recap.transcript.segments)
    text = text_of(read(with_segments(recap, *segments, speakers=()), tmp_path))
    assert "Speech" in text
    assert "Anna 1:" not in text
    assert "people" not in text.partition("Participants")[0]


def test_a_recap_without_speech_has_no_participants(tmp_path: Path) -> None:
    notice = Notice(
        "no_speech", "Nobody speaks in this recording, so the transcript is empty.", "Check the microphone."
    )
    recap = replace(without_summary(with_segments(sample_recap(), speakers=())), warnings=(notice,), speech_spans=())
    text = text_of(read(replace(recap, coverage=Coverage(218, 0, 0, 0)), tmp_path))
    assert "Participants" not in text
    assert "No speech. Nobody speaks in this recording" in text
    assert "No words were recognized." in text


def test_a_long_title_is_shown_and_cut_in_the_running_head(tmp_path: Path) -> None:
    recap = assembly_recap(turns=40, actions=3)
    first, second = (" ".join(read(recap, tmp_path).pages[number].extract_text().split()) for number in (0, 1))
    assert recap.title in first
    assert "Extraordinary general assembly" in second
    assert "second reading" not in second


def test_many_speakers_share_a_lane(tmp_path: Path) -> None:
    page = read(assembly_recap(people=10, turns=200, actions=2), tmp_path).pages[0].extract_text()
    assert "and 3 others" in page


def test_a_table_that_goes_on_repeats_its_head(tmp_path: Path) -> None:
    texts = [page.extract_text() for page in read(assembly_recap(turns=40), tmp_path).pages]
    continued = [text for text in texts if re.search(r"Action items\s*continued", text)]
    assert continued
    assert all("Owner" in text and "Said at" in text for text in continued)
    assert "40 action items" in texts[0]


def test_characters_without_a_letter_are_replaced_and_named(tmp_path: Path) -> None:
    recap = with_segments(
        without_summary(sample_recap()), Segment("s0", 0.0, 5.0, "ᚠᚢ said hello \U0010ffff to Łódź and Ольга", "spk0")
    )
    text = text_of(read(recap, tmp_path))
    assert "?? said hello ? to Łódź and Ольга" in text
    assert "Missing characters." in text
    assert "U+16A0" in text
    assert "U+10FFFF" in text


def test_a_notice_names_the_package_with_the_fonts_that_are_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_fonts, "_FOLDERS", ())
    caches = (system_fonts.find_system_fonts, fonts.drawable_characters, fonts.fallbacks, fonts.split_by_font)
    for each in caches:
        each.cache_clear()
    try:
        recap = with_segments(without_summary(sample_recap()), Segment("s0", 0.0, 5.0, "大家 안녕 Łódź", "spk0"))
        text = text_of(read(recap, tmp_path))
    finally:
        for each in caches:
            each.cache_clear()
    assert "?? ?? Łódź" in text
    assert "Install fonts-droid-fallback and fonts-nanum on the computer that makes the PDF" in text


def test_the_line_stands_beside_a_point_in_the_models_words(tmp_path: Path) -> None:
    text = " ".join(text_of(read(with_proofs(sample_recap()), tmp_path)).split())
    assert text.count("We decided to postpone the product launch to the first of June.") >= 2  # and in the transcript
    assert f"{TASK} “Then I will update the marketing plan by Wednesday.”" in text
    assert "owner and due date by the model" in text
    assert "on Monday (23 November)" in text
    assert "“Ben, please talk to the supplier" not in text  # what is a quote needs no other
