"""Edits in the PDF, made once for several of them, and after the recap was written again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pypdf import PdfReader
from support import meetings
from support.worker_jobs import get, work

from core.clock import utc_now
from core.database.tables import Recording, User
from core.recordings import edits, recaps, reviews
from pipeline.edits.targets import find_point_target

pytestmark = pytest.mark.usefixtures("sqlite", "settings_of")


@pytest.fixture
def recording(owner: User) -> Recording:
    return meetings.finished(owner, "Launch")


def edit(recording: Recording, owner: User, kind: str, point: str, **payload: object) -> None:
    recap, seen = recaps.load_unedited(recording.id), len(edits.get_edits(recording.id))
    assert recap is not None
    edits.add_edit(
        recording.id, owner.id, kind, payload,
        lambda known, number: find_point_target(recap, known, point, number), seen, utc_now(),
    )  # fmt: skip


def read_pdf(recording: Recording) -> str:
    path = recaps.pdf_path(recording.id)
    assert path is not None
    return " ".join("\n".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_the_pdf_is_made_once_for_several_edits_and_again_when_they_are_undone(
    recording: Recording, owner: User
) -> None:
    for number in range(5):
        edit(recording, owner, "change", "decisions1", changes={"text": f"Text number {number}."})
    edit(recording, owner, "approve", "decisions1", approved=True)
    edit(recording, owner, "remove", "decisions2")
    gone = next(point.text for point in meetings.make_recap(recording).summary.decisions if point.id == "decisions2")
    assert work() == 1
    pdf = read_pdf(recording)
    assert "Text number 4." in pdf
    assert "Edited by hand, approved" in pdf
    assert get(recording.id).facts["decisions"] == len(meetings.make_recap(recording).summary.decisions) - 1
    edits.restore_all(recording.id, owner.id, 7, utc_now())
    assert work() == 1
    assert read_pdf(recording).count(gone) == pdf.count(gone) + 1
    assert "Edited by hand" not in read_pdf(recording)


def test_edits_stay_in_a_recap_that_is_written_again(recording: Recording, owner: User) -> None:
    edit(recording, owner, "change", "decisions1", changes={"text": "As I said."})
    edit(recording, owner, "remove", "decisions2")
    work()
    recap = meetings.make_recap(recording)
    first, second, *others = recap.summary.decisions
    anew = (replace(second, id="d1", text="Again."), replace(first, id="d2", text="Other words."), *others)
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, decisions=anew)))
    shown = recaps.load_recap(recording.id)
    assert shown is not None
    assert [point.text for point in shown.summary.decisions] == ["As I said.", *(each.text for each in others)]


def test_the_pdf_is_a_draft_until_the_recap_was_reviewed(owner: User) -> None:
    reviews.require_reviews(owner.id, utc_now())
    recording = meetings.finished(owner, "Launch")
    edit(recording, owner, "approve", "decisions1", approved=True)
    assert work() == 1
    pdf = read_pdf(recording)
    path = recaps.pdf_path(recording.id)
    assert path is not None
    for page in PdfReader(path).pages:
        assert "Draft: not reviewed" in page.extract_text(), "on every page"
    assert "not_reviewed" not in str(get(recording.id).warnings), "the mark is no warning of the recording"
    edits.add_review(recording.id, owner.id, 1, None, utc_now())
    assert work() == 1
    assert "Draft" not in read_pdf(recording)
    edits.undo(recording.id, owner.id, None, None, utc_now())
    assert work() == 1
    assert read_pdf(recording) == pdf
    reviews.stop_reviews(owner.id, utc_now())
    assert work() == 1
    assert "Draft" not in read_pdf(recording)
