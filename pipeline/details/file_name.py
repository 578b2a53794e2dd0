"""Reads a meeting's title, day and time from the name of its recording, as recorders and people write them.

What could mean something else is not taken: a name without a day, or with two, tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.details.cleaning import on_one_line
from pipeline.meeting import UNKNOWN, Details, FoundMeeting
from pipeline.time_zone import zone

NOTHING = FoundMeeting(None, UNKNOWN)

_DAY = r"(?P<year>20\d\d)(?P<parted>[-_.]?)(?P<month>\d\d)(?P=parted)(?P<day>\d\d)"
_COMPACT_DAY = r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)"
_COMPACT_TIME = r"(?P<hour>\d\d)(?P<minute>\d\d)\d\d"
#: A time right after a day: with seconds, or with a sign that parts hours and minutes and nothing else.
_TIME = (
    r"(?:T|[ _-]{1,3}|,? at )(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)\d\d|[-_.:h](?P<minute2>\d\d)[-_.:m]\d\d"
    r"|[.:h](?P<minute3>\d\d)))(?!\d)s?"
)
_ZOOM = re.compile(rf"GMT{_COMPACT_DAY}-{_COMPACT_TIME}(?:_Recording.*)?")
_TEAMS = re.compile(rf"(?P<title>.+)-{_COMPACT_DAY}_{_COMPACT_TIME}(?P<utc>UTC)?-[^\d-][^\d]*")
_MEET = re.compile(
    r"(?P<title>.+?) (?:\(|- )(?P<year>20\d\d)[-_](?P<month>\d\d)[-_](?P<day>\d\d) (?:at )?"
    r"(?P<hour>\d\d)[:_](?P<minute>\d\d) (?:GMT|[A-Z]{2,5})(?:[+-][\d_:]+)?(?:\)| - \D+)"
)
_WRITTEN_DAYS = (
    re.compile(rf"(?<!\d){_DAY}(?!\d)(?:{_TIME})?"),
    re.compile(r"(?<!\d)(?<!\d\.)(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d)(?!\.?\d)"),
    re.compile(rf"(?<!\d){_COMPACT_DAY}{_COMPACT_TIME}(?!\d)"),
)
_MEET_CODE = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}")
#: What recorders put into names, in a few languages. A title of nothing else is none.
_RECORDER_WORDS = re.compile(
    r"(?:new|only|screen|audio|video|voice|zoom|gmt|rec|recording|recorder|record|memo|note|sound|track|untitled|message"
    r"|file|opname|aufnahme|enregistrement|grabaci[oó]n|ptt|aud|vid|img|mic|wa|tr|dw|dm|ds)?\d*",
    re.IGNORECASE,
)
_EDGES = " _-–—.,()[]"


def read_file_name(filename: str, timezone: str) -> FoundMeeting:
    """What a file's name tells of its meeting; times in UTC become those of the time zone."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", on_one_line(filename))
    for pattern, read in _RECORDERS:
        if found := pattern.fullmatch(stem):
            return read(found, timezone)
    return _read_written(stem)


def _read_zoom(found: re.Match[str], timezone: str) -> FoundMeeting:
    return FoundMeeting(None, _in_zone(found, timezone))


def _read_teams(found: re.Match[str], timezone: str) -> FoundMeeting:
    """Teams began to say UTC in 2024; of an earlier name it is not known which zone its time is of."""
    if found["utc"]:
        return FoundMeeting(_clean_title(found["title"]), _in_zone(found, timezone))
    return FoundMeeting(_clean_title(found["title"]), Details(date=_day_of(found)))


def _read_meet(found: re.Match[str], timezone: str) -> FoundMeeting:
    title = None if _MEET_CODE.fullmatch(found["title"]) else _clean_title(found["title"])
    return FoundMeeting(title, _as_written(found))


_RECORDERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], FoundMeeting]], ...] = (
    (_ZOOM, _read_zoom),
    (_TEAMS, _read_teams),
    (_MEET, _read_meet),
)


def _read_written(stem: str) -> FoundMeeting:
    """A day anywhere in a name; around it is the title, if the day stands at one end."""
    found = [match for pattern in _WRITTEN_DAYS for match in pattern.finditer(stem) if _day_of(match)]
    if len({_day_of(match) for match in found}) != 1:
        return NOTHING
    match = max(found, key=lambda one: len(one[0]))
    before, after = stem[: match.start()].strip(_EDGES), stem[match.end() :].strip(_EDGES)
    title = _clean_title(before or after) if not (before and after) and len(found) == 1 else None
    return FoundMeeting(title, _as_written(match))


def _as_written(found: re.Match[str]) -> Details:
    groups = found.groupdict()
    hour = groups.get("hour")
    minute = groups.get("minute") or groups.get("minute2") or groups.get("minute3")
    is_time = hour is not None and minute is not None and int(hour) < 24 and int(minute) < 60
    return Details(date=_day_of(found), time=f"{hour}:{minute}" if is_time and _day_of(found) else None)


def _in_zone(found: re.Match[str], timezone: str) -> Details:
    """A time in UTC as that of the time zone; nothing if it is none."""
    try:
        numbers = [int(found[name]) for name in ("year", "month", "day", "hour", "minute")]
        when = datetime(*numbers, tzinfo=UTC).astimezone(zone(timezone))  # type: ignore[arg-type, misc]
    except ValueError:
        return UNKNOWN
    return Details(date=when.date().isoformat(), time=f"{when:%H:%M}")


def _day_of(found: re.Match[str]) -> str | None:
    """The day that was found, None if there is no such day."""
    try:
        return datetime(int(found["year"]), int(found["month"]), int(found["day"])).date().isoformat()
    except ValueError:
        return None


def _clean_title(text: str) -> str | None:
    """A title in words; None where it only has words of recorders."""
    title = on_one_line(text.replace("_", " ")).strip(_EDGES)
    return None if all(map(_RECORDER_WORDS.fullmatch, re.split(r"[\W_]+", title))) else title
