from __future__ import annotations

import pytest

from pipeline.render import formatting


@pytest.mark.parametrize(
    ("seconds", "hours", "text"),
    [(0.9, False, "0:00"), (63.6, False, "1:03"), (3600, False, "1:00:00"), (63, True, "0:01:03"), (-1, False, "0:00")],
)
def test_moments_are_cut_to_whole_seconds(seconds: float, hours: bool, text: str) -> None:
    assert formatting.clock(seconds, hours=hours) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(53.9, "53 s"), (60, "1 min"), (218.3, "3 min 38 s"), (10704, "2 h 58 min")]
)
def test_lengths_are_in_words(seconds: float, text: str) -> None:
    assert formatting.duration(seconds) == text


@pytest.mark.parametrize(
    ("duration", "steps"),
    [(10, 1), (162, 6), (218, 4), (10704, 6), (40 * 3600, 5)],
)
def test_an_axis_has_at_most_six_steps(duration: float, steps: int) -> None:
    assert len(formatting.axis_steps(duration)) == steps


def test_a_moment_stands_in_the_users_zone() -> None:
    when = formatting.parse_time("2026-07-01T22:30:00Z", "Europe/Berlin")
    assert when is not None
    assert formatting.date_and_time(when, weekday=True) == "Thursday 2 July 2026, 00:30"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "\x00"])
def test_an_unknown_zone_is_utc(zone: str) -> None:
    when = formatting.parse_time("2026-07-01T22:30:00Z", zone)
    assert when is not None
    assert when.hour == 22


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert formatting.parse_time(text, "UTC") is None


@pytest.mark.parametrize(("count", "text"), [(12, "12 bytes"), (1500, "2 KB"), (1747322, "1.7 MB"), (3e9, "3.0 GB")])
def test_sizes_are_decimal(count: int, text: str) -> None:
    assert formatting.size(int(count)) == text
