"""Joining recordings and splitting one, through a page or through the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import parts
from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.recordings import library, queries
from core.recordings.details import details_of
from pipeline.recap import Segment, Transcript
from webapp import formats
from webapp.errors import InvalidRequest
from webapp.recordings import actions
from webapp.recordings.parts_input import JoinInput, SplitInput

MOST_OFFERED = 100
"""Recordings on the page that joins them, newest first."""
SNAP_SECONDS = 2.0
"""A time typed in whole seconds means the beginning of a segment as near as this."""


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of a recording as its page shows it; `recording` is None if it was deleted. Times are in seconds."""

    recording: Recording | None
    start: float
    end: float
    at: float


def join(owner: User, sent: JoinInput) -> Recording:
    """Join recordings of a user. Raises NotFound, PartNotReady, RecordingTooLong, and what an upload does."""
    return parts.join([actions.find(each, owner) for each in sent.recordings], sent.title, utc_now())


def split(recording: Recording, sent: SplitInput) -> list[Recording]:
    """Split a recording in two. Raises InvalidRequest, NotReady, PartNotReady, and what an upload does."""
    at = find_place(sent.at, actions.load_recap(recording).transcript)
    default = [f"{recording.title} ({number} of 2)" for number in (1, 2)]
    titles = sent.first_title or default[0], sent.second_title or default[1]
    return parts.split(recording, at, titles, utc_now())


def find_place(at: float, transcript: Transcript) -> float:
    """Where to split near a time: where a segment begins, so that no word is cut; the time itself where none does.

    Raises InvalidRequest if that is not within the recording.
    """
    nearest = min((one.start for one in transcript.segments), key=lambda start: abs(start - at), default=at)
    place, length = (nearest if abs(nearest - at) <= SNAP_SECONDS else at), transcript.duration_seconds
    if not parts.LEAST_SECONDS <= place <= length - parts.LEAST_SECONDS:
        raise InvalidRequest(
            "This is not within the recording.", f"It lasts {formats.clock(length)}: use a time in it.", field="at"
        )
    return place


def segments_around(at: float, transcript: Transcript) -> tuple[Segment | None, Segment | None]:
    """The last segment before a time, and the first one after it."""
    before = [one for one in transcript.segments if one.start < at - 0.01]
    after = [one for one in transcript.segments if one.start >= at - 0.01]
    return (before[-1] if before else None), (after[0] if after else None)


def list_joinable(recording: Recording) -> list[Recording]:
    """A recording and those that may be joined with it, newest first, by when they were made."""
    done = library.find_page(recording.owner_id, library.View(Status.DONE), MOST_OFFERED)
    found = {one.id: one for one in (recording, *done)}
    return sorted(found.values(), key=_made_at, reverse=True)


def _made_at(recording: Recording) -> tuple[str, str]:
    details = details_of(recording)
    uploaded = formats.local(recording.created_at)
    day = details.date or f"{uploaded:%Y-%m-%d}"
    return day, details.time or f"{uploaded:%H:%M:%S}"


def list_parts(recording: Recording) -> Sequence[PartView]:
    """What a recording is made of; empty for an upload."""
    return [
        PartView(queries.get(part.recording, recording.owner_id), part.start, part.end, stretch.at)
        for part, stretch in parts.parts_of(recording)
    ]
