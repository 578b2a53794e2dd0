"""Cursors and limits of lists."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from core.database.tables import Recording
from core.recordings.library import Place, Sort, place_after
from webapp.errors import InvalidRequest


def make_cursor(last: Recording, sort: Sort = Sort.NEWEST) -> str:
    """The cursor of the page after this recording, in this order. It tells no title: addresses are logged."""
    place = place_after(last, sort)
    text = f"{place.at.isoformat()} {place.id} {sort} {place.seconds!r}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str | None, sort: Sort = Sort.NEWEST) -> Place | None:
    """Where a page in this order begins; None without a cursor. Raises InvalidRequest."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        moment, last_id, order, seconds = base64.urlsafe_b64decode(padded.encode()).decode().split(" ")
        place = Place(Sort(order), datetime.fromisoformat(moment).astimezone(UTC), float(seconds), last_id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise invalid_cursor() from error
    if not last_id.isalnum() or place.sort is not sort:
        raise invalid_cursor()
    return place


def invalid_cursor() -> InvalidRequest:
    """The error of a cursor that is none, or one of another list."""
    return InvalidRequest("This cursor does not belong to this list.", "Start without a cursor.", field="cursor")


def read_limit(text: str | None, default: int = 25, maximum: int = 100) -> int:
    """The number of items of a page. Raises InvalidRequest."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
        raise InvalidRequest(
            "The limit is not a whole number above 0.", f"Use a number from 1 to {maximum}.", field="limit"
        )
    return min(int(text[:9]), maximum)
