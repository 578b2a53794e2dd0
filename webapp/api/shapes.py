"""What the API says about a recording; docs/api.md is the reference."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from core.database.tables import Recording, Status, Version
from core.jobs.estimates import QueueEstimate
from core.recordings.options import recap_options_of
from webapp.errors import InvalidRequest


def time(moment: datetime) -> str:
    """A point in time: ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def recording(row: Recording, line: QueueEstimate) -> dict[str, Any]:
    """A recording with the state of its job."""
    job = row.job
    return {
        "id": row.id,
        "title": row.title,
        "status": job.status,
        "stage": job.stage if job.status != Status.DONE else None,
        "progress": round(job.progress, 4),
        "queue_position": line.jobs_ahead(job),
        "eta_seconds": line.seconds_left(row),
        "duration_seconds": row.duration_seconds,
        "language": row.detected_language or row.language,
        "created_at": time(row.created_at),
        "updated_at": time(job.updated_at),
        "error": _error(row),
        "warnings": [{name: each[name] for name in ("code", "message", "hint")} for each in row.warnings],
        "coverage": row.facts.get("coverage"),
        "choices": asdict(recap_options_of(row)),
        "version": row.version,
    }


def version(row: Version, of: Recording) -> dict[str, Any]:
    """A recap as it was written once."""
    return {
        "number": row.number,
        "made_at": time(row.made_at),
        "template": row.template,
        "language": row.language,
        "engine": row.engine or None,
        "model": row.model,
        "instructions": row.choices.get("instructions"),
        "current": row.number == of.version,
    }


def _error(row: Recording) -> dict[str, Any] | None:
    job = row.job
    if job.error_code is None:
        return None
    return {
        "code": job.error_code,
        "message": job.error_message,
        "hint": job.error_hint,
        "retryable": job.error_retryable,
    }


def cursor(row: Recording) -> str:
    """Where the page after this recording begins."""
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()} {row.id}".encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> tuple[datetime, str] | None:
    """The place that a cursor means. Raises InvalidRequest."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        moment, _, last = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidRequest("The cursor is not one of this list.", "Start without one.", field="cursor") from error
    if not last:
        raise InvalidRequest("The cursor is not one of this list.", "Start without one.", field="cursor")
    return at, last


def read_json(body: bytes) -> Any:
    """What a body says, None where it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def read_number(text: str | None) -> int | None:
    """The number of a version. Raises InvalidRequest."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1):
        raise InvalidRequest(
            "The version is not a whole number above 0.", "Leave it out, or give one of the list.", field="version"
        )
    return int(text)


def read_limit(text: str | None, default: int = 25, most: int = 100) -> int:
    """How many items a page shall have. Raises InvalidRequest."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
        raise InvalidRequest(
            "The limit is not a whole number above 0.", f"Give a number from 1 to {most}.", field="limit"
        )
    return min(int(text[:9]), most)
