"""How numbers, times and names are written for people."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from flask import Flask
from markupsafe import Markup, escape

from core.clock import utc_now
from pipeline.languages import language_name
from webapp.settings import current_settings

LOCALE = Locale("en")


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(moment: datetime) -> datetime:
    """A point in time in the time zone of the pages."""
    return moment.astimezone(_zone(current_settings().timezone))


def clock(seconds: float) -> str:
    """A position in a recording, or its length: 1:03, 1:02:45."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds_left:02d}" if hours else f"{minutes}:{seconds_left:02d}"


def span(seconds: float) -> str:
    """An approximate duration: 45 s, 6 min, 1 h 20 min."""
    if seconds < 55:
        # no false precision: the last minute counts down in steps of five seconds
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def exactly(seconds: float) -> str:
    """A short duration to the second: 11 s, 1:20."""
    return f"{seconds:.0f} s" if seconds < 59.5 else clock(seconds + 0.5)


def most(seconds: float) -> str:
    """A maximum duration: 6 hours, 1 h 30 min."""
    hours = seconds / 3600
    return count(int(hours), "hour") if hours >= 1 and hours == int(hours) else span(seconds)


def printable(text: str) -> str:
    """A text on one line, with a replacement character for everything that a terminal should not receive."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def size(count: float) -> str:
    """A number of bytes in decimal units, as file managers show them: 38 MB, 1.4 GB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            value = count / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{count:.0f} B"


def limit(count: int) -> str:
    """A limit in bytes, which administrators set in powers of two: 2 GB."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count} bytes"


def hour(moment: datetime) -> str:
    """The time of day: 13:05."""
    return _format(moment, "HH:mm")


def day(moment: datetime) -> str:
    """Day and month: 21 April."""
    return _format(moment, "d MMMM")


def full_date(moment: datetime) -> str:
    """Date and time in full: Tue 21 April 2026, 13:05."""
    return _format(moment, "EEE d MMMM y, HH:mm")


def short_date(moment: datetime) -> str:
    """Day and month, shortened: 9 Apr."""
    return _format(moment, "d MMM")


def _format(moment: datetime, pattern: str) -> str:
    return format_datetime(local(moment), pattern, tzinfo=_zone(current_settings().timezone), locale=LOCALE)


def group_of(moment: datetime, now: datetime) -> str:
    """The library heading of a recording: Today, Yesterday, Earlier in April, March, March 2025."""
    date, today = local(moment).date(), local(now).date()
    if date >= today:
        return "Today"
    if (today - date).days == 1:
        return "Yesterday"
    if date.year != today.year:
        return _format(moment, "MMMM y")
    month = _format(moment, "MMMM")
    return f"Earlier in {month}" if date.month == today.month else month


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 decision, 4 decisions."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def language(code: str | None) -> str | None:
    """The name of a language, or its code if the name is unknown."""
    return None if not code else language_name(code)


def initials(email: str) -> str:
    """Two letters for an account: AK for anna.kuiper@example.org."""
    parts = [part for part in email.split("@")[0].replace("-", ".").replace("_", ".").split(".") if part]
    return (parts[0][0] + parts[1][0] if len(parts) > 1 else email[:2]).upper()


def with_code(text: str) -> Markup:
    """A message in HTML, with `commands` in it as code."""
    parts = str(escape(text)).split("`")
    if len(parts) % 2 == 0:  # a sign that stands alone
        return escape(text)
    return Markup("".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts)))  # noqa: S704 - escaped


def init_app(app: Flask) -> None:
    """Make the formats available as template filters."""
    filters = (clock, span, exactly, most, limit, hour, day, full_date, short_date, count, language, initials)
    for each in (*filters, with_code):
        app.add_template_filter(each)
    app.add_template_global(utc_now, "now")
