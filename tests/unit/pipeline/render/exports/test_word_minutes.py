"""The minutes as a Word document."""

from __future__ import annotations

from io import BytesIO

import docx
from docx.document import Document
from support.logos import make_picture
from support.recaps import sample_recap

from pipeline.json_values import from_plain, to_plain
from pipeline.minutes.filled import FilledMinutes, FilledMotion
from pipeline.reading.draft import DRAFT, mark_draft
from pipeline.recap import Recap
from pipeline.render.exports.word.minutes import write_minutes
from pipeline.render.letterhead import Letterhead
from pipeline.render.logo import make_logo

MOTION = FilledMotion("Anna", "Ben", "7 for, 2 against", "Carried")


def filled_in(recap: Recap, **texts: str) -> FilledMinutes:
    return FilledMinutes(**texts).with_motions(recap, {recap.summary.decisions[1].id: MOTION})


def written(filled: FilledMinutes, letterhead: Letterhead | None = None) -> Document:
    stream = BytesIO()
    write_minutes(sample_recap(), filled, stream, letterhead)
    return docx.Document(BytesIO(stream.getvalue()))


def test_headings_have_words_own_styles() -> None:
    document = written(FilledMinutes())
    heads = [each.text for each in document.paragraphs if each.style and each.style.name == "Heading 1"]
    assert heads == ["Agenda", "Decisions", "Action items", "Open questions", "Next meeting", "Signatures"]
    assert document.paragraphs[0].style is not None
    assert document.paragraphs[0].style.name == "Title"


def test_a_decision_has_a_table_to_fill_in() -> None:
    *motions, tasks = written(filled_in(sample_recap())).tables
    rows = [[cell.text for cell in table.rows[1].cells] for table in motions]
    assert [cell.text for cell in motions[0].rows[0].cells] == ["Moved by", "Seconded by", "Vote", "Result"]
    assert rows[1] == ["Anna", "Ben", "7 for, 2 against", "Carried"]
    assert rows[0] == ["", "", "", ""]
    assert [cell.text for cell in tasks.rows[0].cells] == ["Task", "Owner", "Due"]
    assert len(tasks.rows) == 1 + len(sample_recap().summary.action_items)


def test_what_is_not_known_is_a_line() -> None:
    texts = [each.text for each in written(FilledMinutes(place="Hall \x00\ud800<b>")).paragraphs]
    assert "Place: Hall <b>" in texts
    assert "Apologies: \t" in texts
    assert "Attendance: Anna, Ben, Carol" in texts


def test_the_letterhead_is_above() -> None:
    letterhead = Letterhead(make_logo(make_picture()), "Südwest")
    head = written(FilledMinutes(), letterhead).sections[0].first_page_header
    assert [each.text for each in head.paragraphs] == ["", "Südwest"]


def test_what_is_filled_in_can_be_kept_as_json() -> None:
    filled = filled_in(sample_recap(), place="Hall")
    assert from_plain(FilledMinutes, to_plain(filled)) == filled


def test_minutes_of_a_draft_say_so() -> None:
    stream = BytesIO()
    write_minutes(mark_draft(sample_recap()), FilledMinutes(), stream)
    document = docx.Document(BytesIO(stream.getvalue()))
    assert document.paragraphs[1].text.startswith(f"{DRAFT} – Minutes")
    assert not any(DRAFT in each.text for each in written(FilledMinutes()).paragraphs)
