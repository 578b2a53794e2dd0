"""Recordings made of stretches of others: several that are one meeting joined, or one split in two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from core.database.base import new_id
from core.database.sessions import write
from core.database.tables import Job, Recording, Result, Status
from core.jobs import transitions
from core.queue.notifications import notify
from core.recap_versions import OPTION_COLUMNS
from core.recordings.details import details_of, to_column
from core.search.titles import index_title
from core.storage import references
from core.uploads.intake import clean_filename, clean_title
from core.uploads.limits import check_quota_within, lock_limits, measure_disk
from pipeline.details.cleaning import MAX_ATTENDEES
from pipeline.errors import PipelineError, RecordingTooLong
from pipeline.meeting import Attendee, Details
from pipeline.parts.stretch import Stretch
from pipeline.vocabulary.entries import MAX_CHARACTERS, MAX_ENTRIES, format_vocabulary, parse_vocabulary

MOST_PARTS = 20
LEAST_SECONDS = 1.0
"""Of a part."""
MOST_BYTES_A_SECOND = 32_640
"""Of the sound of parts (`pipeline.parts.sound`): noise, which FLAC cannot make smaller, with its frame headers."""
PART_RESULTS = ("audio", "speech", "transcribe")
"""The kinds of results that a part is made from."""


class PartNotReady(PipelineError):
    """A recording that is to be joined or split is not finished."""

    code = "conflict"
    default_message = "A recording can be joined or split once its recap is done."
    default_hint = "Wait until it is done, then try again."


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a recording, in seconds."""

    recording: str
    start: float
    end: float


def parts_of(recording: Recording) -> list[tuple[Part, Stretch]]:
    """What a recording is made of, each part with where it lies; empty for an upload."""
    parts = [Part(**each) for each in recording.parts or ()]
    places = accumulate((part.end - part.start for part in parts), initial=0.0)
    return [(part, Stretch(part.start, part.end, at)) for part, at in zip(parts, places, strict=False)]


def part_kind(number: int, kind: str) -> str:
    """The kind under which a recording keeps the result of its part `number` (from 0 on) until it has its own."""
    return f"{number}.{kind}"


def join(sources: Sequence[Recording], title: str | None, now: datetime) -> Recording:
    """Make one recording of several of one owner, one after the other.

    Raises PartNotReady, RecordingTooLong, QuotaExceeded, AccountClosed and StorageFull.
    """
    parts = [Part(one.id, 0.0, one.duration_seconds or 0.0) for one in sources]
    return _make([_Wanted(sources, parts, clean_title(title or sources[0].title, sources[0].filename))], now)[0]


def split(source: Recording, at: float, titles: tuple[str, str], now: datetime) -> list[Recording]:
    """Make two recordings of one: what was said before a moment (in seconds), and the rest. The source stays.

    Raises PartNotReady, QuotaExceeded, AccountClosed and StorageFull.
    """
    halves = Part(source.id, 0.0, at), Part(source.id, at, source.duration_seconds or at)
    wanted = [
        _Wanted([source], [half], clean_title(title, source.filename), is_part=True)
        for half, title in zip(halves, titles, strict=True)
    ]
    return _make(wanted, now)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A recording to be made of parts of these sources."""

    sources: Sequence[Recording]
    parts: Sequence[Part]
    title: str
    is_part: bool = False


def _make(wanted: Sequence[_Wanted], now: datetime) -> list[Recording]:
    """Write recordings with their jobs, all or none."""
    owner_id = wanted[0].sources[0].owner_id
    size_bytes = sum(_estimate_bytes(each.parts) for each in wanted)
    disk = measure_disk()
    with write() as session:
        lock_limits(session, owner_id)
        disk.check_room_within(session, size_bytes, now)
        check_quota_within(session, owner_id, size_bytes, now, new_files=len(wanted))
        made = [_add(session, owner_id, each, now) for each in wanted]
    notify("cpu")
    return made


def _add(session: Session, owner_id: str, wanted: _Wanted, now: datetime) -> Recording:
    """Write one of them. It uses the results of its sources, which may be deleted before they are copied."""
    ids = {part.recording for part in wanted.parts}
    done = select(Job.recording_id).where(Job.recording_id.in_(ids), Job.status == Status.DONE)
    if set(session.scalars(done)) != ids:
        raise PartNotReady()
    recording = Recording(
        id=new_id(),
        owner_id=owner_id,
        title=wanted.title,
        filename=clean_filename(f"{wanted.title}.flac"),
        size_bytes=_estimate_bytes(wanted.parts),
        sha256=_name_bytes(wanted.parts),
        created_at=now,
        parts=[asdict(part) for part in wanted.parts],
        **_choose_options(wanted.sources, is_part=wanted.is_part),
    )
    session.add(recording)
    session.flush()
    index_title(session, recording.id, recording.title)
    recording.job = transitions.add(session, recording, now)
    for number, part in enumerate(wanted.parts):
        for kind in PART_RESULTS:
            if result := session.get(Result, (part.recording, kind)):
                references.note_result(session, recording.id, part_kind(number, kind), result.key)
    return recording


def _estimate_bytes(parts: Sequence[Part]) -> int:
    """The most that the sound takes; what it does take is known when it is written. Raises RecordingTooLong."""
    seconds = sum(part.end - part.start for part in parts)
    most = config.load().max_audio_seconds
    if seconds > most:
        raise RecordingTooLong(
            f"Together they last {seconds / 3600:.1f} hours, longer than the {most / 3600:.1f} hours allowed here.",
            "Join fewer of them.",
        )
    return int(seconds * MOST_BYTES_A_SECOND)


def _name_bytes(parts: Sequence[Part]) -> str:
    """What stands for the hash of the file until it is written."""
    return hashlib.sha256(json.dumps([asdict(part) for part in parts]).encode()).hexdigest()


def _choose_options(sources: Sequence[Recording], *, is_part: bool) -> dict[str, object]:
    """What was asked for of the first, with the names and people of all; the language only if it is the same."""
    first = sources[0]
    chosen: dict[str, object] = {name: getattr(first, name) for name in OPTION_COLUMNS}
    languages = {one.language for one in sources}
    return {
        **chosen,
        "language": first.language if len(languages) == 1 else None,
        "vocabulary": _join_vocabularies(sources),
        "details": to_column(_join_details([details_of(one) for one in sources])),
        "channels": "mix",
        **_choose_speakers(sources, is_part=is_part),
    }


def _choose_speakers(sources: Sequence[Recording], *, is_part: bool) -> dict[str, int | None]:
    """How many people speak, if that was said: in a part perhaps fewer, in the whole the same as in all parts."""
    said = {(one.num_speakers, one.min_speakers, one.max_speakers) for one in sources}
    number, least, most = said.pop() if len(said) == 1 else (None, None, None)
    if is_part:
        return {"max_speakers": number or most}
    return {"num_speakers": number, "min_speakers": least, "max_speakers": most}


def _join_vocabularies(sources: Sequence[Recording]) -> str | None:
    entries = dict.fromkeys(entry for one in sources for entry in parse_vocabulary(one.vocabulary or ""))
    kept = tuple(entries)[:MAX_ENTRIES]
    while len(text := format_vocabulary(kept)) > MAX_CHARACTERS:
        kept = kept[:-1]
    return text or None


def _join_details(details: Sequence[Details]) -> Details:
    """The details of the first, and what it leaves open of the next ones; who attended one attended the meeting."""
    joined = details[0]
    absent: dict[str, bool] = {}
    for each in details:
        joined = joined.or_else(each)
        for one in each.attendees:
            absent[one.name] = absent.get(one.name, True) and one.absent
    people = [Attendee(name, is_absent) for name, is_absent in absent.items()]
    return replace(joined, attendees=tuple(people[:MAX_ATTENDEES]))
