"""Whole jobs with details of a meeting: names are terms, due days count from its date, and the PDF shows them."""

from __future__ import annotations

import pytest
from pypdf import PdfReader
from support.factories import make_user
from support.helpers import SAMPLES
from support.worker_jobs import results, upload, work

from core.clock import utc_now
from core.recordings import recaps
from core.recordings.details import change_details
from pipeline.meeting import Attendee, Details
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]

DETAILS = Details(
    "2026-11-24", "09:30", "Town hall", "Board meeting", (Attendee("Kowalski"), Attendee("Zoë", absent=True))
)


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def pages_of(recording_id: str) -> str:
    path = recaps.pdf_path(recording_id)
    assert path is not None
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_attendees_are_hints_and_a_changed_detail_only_renders_again() -> None:
    owner = make_user("ann")
    recording_id = upload(owner, SAMPLES / "ten-seconds.wav", language="en", vocabulary="Grafana", details=DETAILS)
    work()
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    assert recap.vocabulary == "Grafana\nKowalski\nZoë"
    (report,) = [each for each in recap.stages if each.stage == "transcribe"]
    assert report.settings.endswith("3 names and terms as hints where something like them is heard")
    assert "Kowalski" not in {speaker.name for speaker in recap.transcript.speakers}
    pages = pages_of(recording_id)
    for text in ("Tuesday 24 November 2026, 09:30", "Board meeting", "Town hall", "Kowalski", "Apologies Zoë"):
        assert text in pages
    before = results(recording_id)
    change_details(recording_id, lambda *_: ("Council", Details(place="Hall")), utc_now())
    work()
    assert "Council" in pages_of(recording_id)
    assert "Town hall" not in pages_of(recording_id)
    after = results(recording_id)
    assert {kind for kind, key in after.items() if before.get(kind) != key} == {"pdf"}
