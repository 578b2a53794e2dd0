"""The rows of the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from core.database.tables import Recording, Status
from core.jobs.estimates import QueueEstimate
from core.recordings.reviews import Review, find_reviews
from core.recordings.tags import tags_of
from webapp import formats
from webapp.recordings.speaker_badges import SpeakerBadge, make_badges
from webapp.recordings.states import RecordingState, describe_state

#: With more speakers than this, a row shows only their number.
NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A recording in the library. `speakers` are known once there is a recap; `about` is shown before."""

    recording: Recording
    when: str
    state: RecordingState
    speakers: tuple[SpeakerBadge, ...]
    about: str
    length: str
    is_live: bool
    can_retry: bool
    has_pdf: bool
    is_waiting_for_review: bool
    tags: tuple[str, ...] = ()


def make_rows(recordings: Sequence[Recording], estimate: QueueEstimate) -> list[Row]:
    """The rows of some recordings."""
    ids = [each.id for each in recordings]
    reviews, tags = find_reviews(ids), tags_of(ids)
    made = [make_row(each, estimate, describe_state(each, estimate), reviews.get(each.id)) for each in recordings]
    return [replace(row, tags=tuple(tags.get(row.recording.id, ()))) for row in made]


def make_row(recording: Recording, estimate: QueueEstimate, state: RecordingState, review: Review | None) -> Row:
    """The row of a recording; `review` is that of its recap where it needs one."""
    job, length = recording.job, recording.duration_seconds
    names = recording.facts.get("speakers", ())
    return Row(
        recording=recording,
        when=_format_created(recording, estimate.at),
        state=state,
        speakers=tuple(make_badges(names)) if len(names) <= NAMES_SHOWN else (),
        about=_describe(recording),
        length=formats.clock(length) if length is not None else "–" if job.status == Status.FAILED else "",
        is_live=job.status in (Status.QUEUED, Status.RUNNING),
        can_retry=job.status == Status.CANCELLED or (job.status == Status.FAILED and job.error_retryable),
        has_pdf=recording.version is not None and recording.until is None,
        is_waiting_for_review=review is not None and review.edit is None,
    )


def group_by_day(rows: list[Row], now: datetime) -> list[tuple[str, list[Row]]]:
    """Rows under the headings of their days, newest first."""
    groups = groupby(rows, key=lambda row: formats.group_of(row.recording.created_at, now))
    return [(heading, list(members)) for heading, members in groups]


def _format_created(recording: Recording, now: datetime) -> str:
    is_recent = formats.group_of(recording.created_at, now) in ("Today", "Yesterday")
    return formats.hour(recording.created_at) if is_recent else formats.short_date(recording.created_at)


def _describe(recording: Recording) -> str:
    names, expected = recording.facts.get("speakers", ()), recording.num_speakers
    parts = []
    if len(names) > NAMES_SHOWN:
        parts.append(formats.count(len(names), "speaker"))
    elif expected and not names:
        parts.append(f"{formats.count(expected, 'speaker')} expected")
    language = formats.language(recording.detected_language or recording.language)
    if language and (parts or not names):
        parts.append(language)
    return ", ".join(parts) or recording.filename
