"""Cursors and limits of lists."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from core.database.tables import Recording
from webapp.errors import InvalidRequest


def make_cursor(last: Recording) -> str:
    """The cursor of the page after this recording."""
    return base64.urlsafe_b64encode(f"{last.created_at.isoformat()} {last.id}".encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> tuple[datetime, str] | None:
    """Time and ID of the recording before the page; None without a cursor. Raises InvalidRequest."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        moment, _, last_id = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise _invalid_cursor() from error
    if not last_id:
        raise _invalid_cursor()
    return at, last_id


def _invalid_cursor() -> InvalidRequest:
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
