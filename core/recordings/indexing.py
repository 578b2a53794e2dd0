"""Puts recordings into the index of the search."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from core.database.sessions import read, write
from core.database.tables import Recording, SearchEntry, SearchText, Version
from core.log_format import trace_of
from core.recordings import recaps
from core.search.titles import TITLE, add_rows
from pipeline.reading.written import written_text
from pipeline.recap import Recap
from pipeline.summary_points import all_points

log = logging.getLogger(__name__)

PEOPLE, POINT, SPEECH = "people", "point", "speech"
_KEY = func.coalesce(Version.pdf_key, Version.key)


def index_recording(recording_id: str) -> None:
    """Have a recording found by what is shown of it now, and by nothing else."""
    with read() as session:
        key = session.scalar(_select_key(recording_id))
    recap = _load_recap(recording_id) if key else None  # after the key: what changes meanwhile is indexed again
    with write() as session:
        recording = session.get(Recording, recording_id, with_for_update=True)
        if recording is None:
            return
        remove_texts(session, recording_id)
        texts = _list_texts(recap) if recap else ()
        add_rows(session, recording_id, [(TITLE, None, None, recording.title), *texts])
        if key:
            session.merge(SearchEntry(recording_id=recording_id, key=key))


def _load_recap(recording_id: str) -> Recap | None:
    """The recap as it is shown; None for one that is damaged, which must not keep others from being indexed."""
    try:
        return recaps.load_recap(recording_id)
    except ValueError as error:
        log.warning("a recap cannot be read for the search", extra=trace_of(error))
        return None


def remove_texts(session: Session, recording_id: str) -> None:
    """Have a recording found no more. With its row its texts go anyway."""
    session.execute(delete(SearchText).where(SearchText.recording_id == recording_id))


def _select_key(recording_id: str) -> Select[str]:
    shown = (Version.recording_id == Recording.id) & (Version.number == Recording.version)
    return select(_KEY).select_from(Recording).join(Version, shown).where(Recording.id == recording_id)


def _list_texts(recap: Recap) -> Iterator[tuple[str, float | None, str | None, str]]:
    names = {speaker.id: speaker.name for speaker in recap.transcript.speakers}
    people = [*names.values(), *(attendee.name for attendee in recap.details.attendees)]
    yield PEOPLE, None, None, ", ".join(dict.fromkeys(people))
    for point in all_points(recap.summary):
        yield POINT, point.start, None, point.text
    for segment in recap.transcript.segments:
        yield SPEECH, segment.start, names.get(segment.speaker or ""), written_text(segment)


def find_unindexed(limit: int) -> list[str]:
    """Recordings that the search does not know as they are shown: of an earlier version, or just restored."""
    shown = (Version.recording_id == Recording.id) & (Version.number == Recording.version)
    has_title = exists().where(SearchText.recording_id == Recording.id, SearchText.kind == TITLE)
    is_other = _KEY.is_not(None) & SearchEntry.key.is_distinct_from(_KEY)
    query = (
        select(Recording.id)
        .outerjoin(Version, shown)
        .outerjoin(SearchEntry, SearchEntry.recording_id == Recording.id)
        .where(or_(is_other, ~has_title))
    )
    with read() as session:
        return list(session.scalars(query.order_by(Recording.created_at.desc()).limit(limit)))


def index_missing(limit: int = 200) -> int:
    """Index recordings that are not, newest first; returns how many were."""
    missing = find_unindexed(limit)
    for recording_id in missing:
        index_recording(recording_id)
    return len(missing)


def index_all() -> int:
    """Index all recordings anew; returns how many there are."""
    with read() as session:
        recording_ids = list(session.scalars(select(Recording.id).order_by(Recording.created_at.desc())))
    for recording_id in recording_ids:
        index_recording(recording_id)
    return len(recording_ids)
