"""What of a library an address asks for, of a page or of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.database.tables import Recording
from core.recordings import library
from core.recordings.library import STATES, LostPlace, Sort, View
from core.search.words import MAX_QUERY, parse_query
from webapp import paging
from webapp.errors import InvalidRequest
from webapp.settings import current_settings

#: The parts of an address that choose, in the order in which forms have them.
FIELDS = ("q", "status", "from", "to", "tag", "language", "sort")


def read_view(asked: Mapping[str, str]) -> View:
    """What an address asks for; what is empty chooses nothing. Raises InvalidRequest."""
    since, until = _read_day(asked, "from"), _read_day(asked, "to")
    return View(
        state=_read_choice(asked, "status", STATES),
        since=_begin(since) if since else None,
        until=_begin(until + timedelta(days=1)) if until else None,
        tag=asked.get("tag") or None,
        language=asked.get("language") or None,
        phrases=parse_query(_read_words(asked)),
        sort=Sort(_read_choice(asked, "sort", tuple(Sort)) or Sort.NEWEST),
    )


def find_page(owner_id: str, view: View, limit: int, cursor: str | None) -> tuple[list[Recording], str | None]:
    """A page of a library, and the cursor of the next, None at the end. Raises InvalidRequest."""
    try:
        found = library.find_page(owner_id, view, limit + 1, paging.read_cursor(cursor, view.sort))
    except LostPlace as error:
        raise paging.invalid_cursor() from error
    page = found[:limit]
    return page, paging.make_cursor(page[-1], view.sort) if len(found) > limit else None


def _read_words(asked: Mapping[str, str]) -> str:
    words = asked.get("q", "")
    if len(words) > MAX_QUERY:
        raise InvalidRequest(f"The search is longer than {MAX_QUERY} characters.", "Use fewer words.", field="q")
    return words


def _read_choice(asked: Mapping[str, str], field: str, choices: tuple[str, ...]) -> str | None:
    value = asked.get(field) or None
    if value is not None and value not in choices:
        raise InvalidRequest(
            f"There is no such value of {field}.", f"The values are: {', '.join(choices)}.", field=field
        )
    return value


def _read_day(asked: Mapping[str, str], field: str) -> date | None:
    value = asked.get(field, "").strip()
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise InvalidRequest(f"The value of {field} is not a date.", "Such as 2026-04-21.", field=field) from error
    if not 1900 <= day.year <= 2200:
        raise InvalidRequest(f"The value of {field} is too long ago, or too far away.", "Check the year.", field=field)
    return day


def _begin(day: date) -> datetime:
    """When a day begins in the time zone of the pages."""
    return datetime.combine(day, time(), ZoneInfo(current_settings().timezone))
