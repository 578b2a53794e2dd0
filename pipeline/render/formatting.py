"""Formats numbers for the PDF: times, durations, percentages, sizes and dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from datetime import date as Day

from pipeline.languages import month_names, weekday_names
from pipeline.time_zone import zone

HOUR = 3600
_WEB = re.compile(r"https?://", re.IGNORECASE)


def is_web_address(text: str | None) -> bool:
    """Whether a link may lead there; other schemes could run something."""
    return text is not None and _WEB.match(text) is not None


def clock(seconds: float, *, hours: bool = False) -> str:
    """A time as m:ss, or as h:mm:ss from the first hour on and if `hours` is set."""
    whole = max(0, int(seconds))
    if hours or whole >= HOUR:
        return f"{whole // HOUR}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"


def duration(seconds: float) -> str:
    """A duration with units: "53 s", "3 min 38 s", "2 h 58 min"."""
    whole = max(0, int(seconds))
    if whole >= HOUR:
        return f"{whole // HOUR} h {whole // 60 % 60} min"
    if whole >= 60:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole} s"


def elapsed(seconds: float) -> str:
    """The time that a step took, with tenths of seconds below a minute."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def percent(part: float, whole: float) -> str:
    """A part as a percentage; "0 %" if the whole is nothing."""
    return f"{round(100 * part / whole) if whole > 0 else 0} %"


def size(count: int) -> str:
    """Bytes in decimal units."""
    value = float(count)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit != "MB" else f"{value:.1f} MB"
        value /= 1000
    return f"{value:.1f} GB"


def pluralize(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many}"


def parse_time(text: str, zone_name: str) -> datetime | None:
    """An ISO 8601 time (UTC unless it has a zone) in the user's time zone; None if it is not valid."""
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(zone(zone_name))
    except (ValueError, OverflowError):
        return None


def date(when: datetime | Day) -> str:
    """17 November 2026."""
    return f"{when.day} {month_names('en')[when.month - 1]} {when.year}"


def day(when: Day) -> str:
    """Tuesday 17 November 2026."""
    return f"{weekday_names('en')[when.weekday()]} {date(when)}"


def date_and_time(when: datetime, *, weekday: bool = False) -> str:
    """[Tuesday] 17 November 2026, 10:00."""
    return f"{day(when) if weekday else date(when)}, {when:%H:%M}"


def axis_steps(duration: float) -> list[float]:
    """The marks of a time axis of `duration` seconds: at most six round steps from 0."""
    steps = (15, 30, 60, 120, 300, 600, 900, 1800, HOUR)
    step = next((one for one in steps if duration / one <= 6), HOUR)
    while duration / step > 6:
        step *= 2
    return [float(at) for at in range(0, int(duration) + 1, step) if at < duration or at == 0]
