"""What the API returns about a recording; docs/api.md is the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from core.database.tables import Recording, Status, Version
from core.jobs.estimates import QueueEstimate
from core.recordings.details import details_of
from core.recordings.options import recap_options_of
from core.recordings.reviews import Review, find_reviews
from core.recordings.tags import tags_of


def format_time(moment: datetime) -> str:
    """A point in time: ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def serialize_recordings(recordings: Sequence[Recording], estimate: QueueEstimate) -> list[dict[str, Any]]:
    """Recordings with the states of their jobs, the reviews of their recaps where they need one, and their tags."""
    ids = [each.id for each in recordings]
    reviews, tags = find_reviews(ids), tags_of(ids)
    return [_serialize(each, estimate, reviews.get(each.id), tags.get(each.id, [])) for each in recordings]


def serialize_recording(recording: Recording, estimate: QueueEstimate) -> dict[str, Any]:
    """The same for one recording."""
    return serialize_recordings([recording], estimate)[0]


def _serialize(recording: Recording, estimate: QueueEstimate, review: Review | None, tags: list[str]) -> dict[str, Any]:
    job = recording.job
    return {
        "id": recording.id,
        "title": recording.title,
        "status": job.status,
        "stage": job.stage if job.status != Status.DONE else None,
        "progress": round(job.progress, 4),
        "queue_position": estimate.jobs_ahead(job),
        "eta_seconds": estimate.seconds_left(recording),
        "duration_seconds": recording.duration_seconds,
        "language": recording.detected_language or recording.language,
        "created_at": format_time(recording.created_at),
        "updated_at": format_time(job.updated_at),
        "error": _serialize_error(recording),
        "warnings": [{name: each[name] for name in ("code", "message", "hint")} for each in recording.warnings],
        "coverage": recording.facts.get("coverage"),
        "choices": asdict(recap_options_of(recording)),
        "version": recording.version,
        "parts": recording.parts or [],
        "details": asdict(details_of(recording)),
        "review": serialize_review(review),
        "tags": tags,
    }


def serialize_review(review: Review | None) -> dict[str, Any] | None:
    """The review of a recap; None where it needs none."""
    if review is None:
        return None
    return {"state": review.state, "by": review.by, "at": format_time(review.at) if review.at else None}


def serialize_version(version: Version, recording: Recording) -> dict[str, Any]:
    """One version of a recap."""
    return {
        "number": version.number,
        "made_at": format_time(version.made_at),
        "template": version.template,
        "language": version.language,
        "engine": version.engine or None,
        "model": version.model,
        "instructions": version.options.get("instructions"),
        "current": version.number == recording.version,
    }


def _serialize_error(recording: Recording) -> dict[str, Any] | None:
    job = recording.job
    if job.error_code is None:
        return None
    return {
        "code": job.error_code,
        "message": job.error_message,
        "hint": job.error_hint,
        "retryable": job.error_retryable,
    }
