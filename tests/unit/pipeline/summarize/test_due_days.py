"""The day that a due date means, where the day of the meeting is known."""

from __future__ import annotations

from datetime import date

import pytest
from support.recaps import sample_recap

from pipeline.decode.audio_info import read_info
from pipeline.samples import SAMPLE_BYTES
from pipeline.summarize.due_days import find_day, with_due_days

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("words", "language", "day"),
    [
        ("by Friday", "en", "2026-11-27"),
        ("on Tuesday", "en", "2026-12-01"),
        ("tomorrow morning", "en", "2026-11-25"),
        ("the day after tomorrow", "en", "2026-11-26"),
        ("this afternoon", "en", "2026-11-24"),
        ("the first of June", "en", "2027-06-01"),
        ("December 3", "en", "2026-12-03"),
        ("the thirty first of November", "en", None),
        ("next week", "en", None),
        ("next Friday", "en", None),
        ("by the end of June", "en", None),
        ("in June", "en", None),
        ("as soon as possible", "en", None),
        ("bis Freitag", "de", "2026-11-27"),
        ("übermorgen", "de", "2026-11-26"),
        ("am 3. Dezember", "de", "2026-12-03"),
        ("voor vrijdag", "nl", "2026-11-27"),
        ("overmorgen", "nl", "2026-11-26"),
        ("avant vendredi", "fr", "2026-11-27"),
        ("después de pasado mañana", "es", "2026-11-26"),
        ("perjantaina", "fi", None),
    ],
)
def test_words_mean_a_day_counted_from_the_meeting_or_none(words: str, language: str, day: str | None) -> None:
    found = find_day(words, TUESDAY, language)
    assert (found.isoformat() if found else None) == day


def test_tasks_get_the_day_beside_the_words_only_if_that_of_the_meeting_is_known() -> None:
    summary = sample_recap().summary
    assert with_due_days(summary, None, "en") == summary
    found = {one.due: one.due_day for one in with_due_days(summary, TUESDAY, "en").action_items}
    assert found["by Wednesday"] == "2026-11-25"
    assert found["on Friday"] == "2026-11-27"
    assert found["next week"] is None


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2026-11-24T09:30:00.000000Z", "2026-11-24"),
        ("1904-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_day_of_a_recording_is_what_its_file_tells(told: str | None, day: str | None) -> None:
    result = {
        "samples": 16000, "container": "mov", "codec": "aac", "sample_rate": 48_000, "channels": 1, "has_video": False,
        "declared_seconds": 1.0, "truncated": False, "recorded_at": told,
    }  # fmt: skip
    assert read_info(result, 16_000 * SAMPLE_BYTES).recorded_on == day
