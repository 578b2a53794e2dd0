"""The names that recorders and people give to recordings, and what they tell of the meeting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.details.file_name import NOTHING, read_file_name

ZONE = "Europe/Berlin"

NAMES = [
    # people
    ("2026-11-24 Board meeting.mp3", "Board meeting", "2026-11-24", None),
    ("Board_meeting_2026-11-24.mp3", "Board meeting", "2026-11-24", None),
    ("2026.11.24 Raad.mp3", "Raad", "2026-11-24", None),
    ("20261124 Board.mp3", "Board", "2026-11-24", None),
    ("Vorstand 24.11.2026.m4a", "Vorstand", "2026-11-24", None),
    ("2026-11-24 1030 budget.mp3", "1030 budget", "2026-11-24", None),
    ("2026-11-24T09:00 Board.mp3", "Board", "2026-11-24", "09:00"),
    ("talk 2026-11-24 final v2.mp3", None, "2026-11-24", None),
    ("2026-11-24 25-00-00 Board.mp3", "Board", "2026-11-24", None),
    # Zoom: in the cloud with the time in UTC, on a computer with its own
    ("GMT20261124-090000_Recording.m4a", None, "2026-11-24", "10:00"),
    ("GMT20261124-233000_Recording_1920x1080.mp4", None, "2026-11-25", "00:30"),
    ("2026-11-24 09.00.00 Board meeting.mp4", "Board meeting", "2026-11-24", "09:00"),
    # Teams
    ("Board meeting-20261124_090000-Meeting Recording.mp4", "Board meeting", "2026-11-24", None),
    ("Board meeting-20261124_090000UTC-Meeting Recording.mp4", "Board meeting", "2026-11-24", "10:00"),
    ("Jour fixe-20261124_090000-Besprechungsaufzeichnung.mp4", "Jour fixe", "2026-11-24", None),
    # Google Meet
    ("abc-defg-hij (2026-11-24 at 09:00 GMT+1).mp4", None, "2026-11-24", "09:00"),
    ("Board - 2026_11_24 09_00 CET - Recording.mp4", "Board", "2026-11-24", "09:00"),
    # OBS, telephones, recorders
    ("2026-11-24 09-00-00.mkv", None, "2026-11-24", "09:00"),
    ("20261124_090000.m4a", None, "2026-11-24", "09:00"),
    ("Recording_20261124_090000.m4a", None, "2026-11-24", "09:00"),
    ("REC20261124090000.wav", None, "2026-11-24", "09:00"),
    ("PTT-20261124-WA0001.opus", None, "2026-11-24", None),
]


@pytest.mark.parametrize(("name", "title", "date", "time"), NAMES, ids=[each[0] for each in NAMES])
def test_a_name_tells_title_day_and_time(name: str, title: str | None, date: str, time: str | None) -> None:
    found = read_file_name(name, ZONE)
    assert (found.title, found.details.date, found.details.time) == (title, date, time)


@pytest.mark.parametrize(
    "name",
    [
        "meeting.mp3",
        "2026-11-24 to 2026-11-26 trip.mp3",
        "12345678.mp3",
        "20269924.mp3",
        "2026-02-30 Board.mp3",
        "11-24-2026 Board.mp3",
        "Version 2.20.11.2026.mp3",
        "261124_0900.mp3",
        "GMT20269924-090000_Recording.m4a",
        "",
        ".mp3",
    ],
)
def test_what_could_mean_something_else_is_not_taken(name: str) -> None:
    assert read_file_name(name, ZONE) == NOTHING


@given(st.text(alphabet="GMT-_. ()0123456789UTCRecording:Ää\u0660\0\n", max_size=60))
def test_any_name_can_be_read(name: str) -> None:
    details = read_file_name(name, ZONE).details
    assert details.day is not None or details.time is None
