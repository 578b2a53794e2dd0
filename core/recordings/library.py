"""The library of a user: which recordings it shows, in which order, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from core.database.sessions import read
from core.database.tables import Job, Recording, RecordingTag, Status
from core.recordings.reviews import select_waiting
from core.search.find import has_phrases
from core.search.words import Phrase


class Sort(StrEnum):
    """The orders of a library."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    TITLE = "title"


#: States that are not one of a job's alone.
AT_WORK, REVIEW = "at_work", "review"
STATES = (*Status, AT_WORK, REVIEW)
_length = func.coalesce(Recording.duration_seconds, -1.0)
_title = func.lower(Recording.title)


@dataclass(frozen=True, slots=True)
class View:
    """What of a library is wanted: `since` and `until` are when recordings arrived, the second not included."""

    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    tag: str | None = None
    language: str | None = None
    phrases: tuple[Phrase, ...] = ()
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the recording `id`. Its title is looked up, since addresses are no place for it."""

    sort: Sort
    at: datetime
    seconds: float
    id: str


class LostPlace(ValueError):
    """The recording after which a page begins is gone, and with it its title."""


def place_after(recording: Recording, sort: Sort) -> Place:
    """Where the page after a recording begins."""
    seconds = recording.duration_seconds
    return Place(sort, recording.created_at, -1.0 if seconds is None else seconds, recording.id)


def find_page(owner_id: str, view: View, limit: int, after: Place | None = None) -> list[Recording]:
    """Recordings of a user with their jobs. Raises LostPlace."""
    query = select(Recording).join(Job).options(joinedload(Recording.job))
    query = query.where(Recording.owner_id == owner_id, *_conditions(view))
    with read() as session:
        if after is not None:
            query = query.where(_comes_after(session, owner_id, after))
        return list(session.scalars(query.order_by(*_order(view.sort)).limit(limit)))


def count_states(owner_id: str) -> dict[str, int]:
    """How many recordings of a user are in each state; those in none are missing."""
    by_status = select(Job.status, func.count()).where(Job.owner_id == owner_id).group_by(Job.status)
    waiting = select(func.count()).select_from(select_waiting(owner_id).subquery())
    with read() as session:
        counts = {str(status): count for status, count in session.execute(by_status)}
        counts[REVIEW] = session.scalar(waiting) or 0
    counts[AT_WORK] = counts.get(Status.QUEUED, 0) + counts.get(Status.RUNNING, 0)
    return {state: count for state, count in counts.items() if count}


def list_languages(owner_id: str) -> list[str]:
    """The languages of a user's recordings."""
    language = func.coalesce(Recording.detected_language, Recording.language)
    with read() as session:
        found = session.scalars(select(language).distinct().where(Recording.owner_id == owner_id))
        return sorted(each for each in found if each)


def _conditions(view: View) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if view.state == AT_WORK:
        wanted.append(Job.status.in_((Status.QUEUED, Status.RUNNING)))
    elif view.state == REVIEW:
        wanted.append(Recording.id.in_(select_waiting()))
    elif view.state:
        wanted.append(Job.status == view.state)
    if view.since:
        wanted.append(Recording.created_at >= view.since)
    if view.until:
        wanted.append(Recording.created_at < view.until)
    if view.tag:
        wanted.append(exists().where(RecordingTag.recording_id == Recording.id, RecordingTag.tag == view.tag))
    if view.language:
        wanted.append(func.coalesce(Recording.detected_language, Recording.language) == view.language)
    if view.phrases:
        wanted.append(has_phrases(view.phrases))
    return wanted


def _order(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    newest = (Recording.created_at.desc(), Recording.id.desc())
    if sort is Sort.OLDEST:
        return (Recording.created_at.asc(), Recording.id.asc())
    if sort is Sort.LONGEST:
        return (_length.desc(), *newest)
    if sort is Sort.TITLE:
        return (_title.asc(), *newest)
    return newest


def _comes_after(session: Session, owner_id: str, place: Place) -> ColumnElement[bool]:
    """Whether a recording stands after a place, by the same columns as the order."""
    is_earlier = Recording.created_at < place.at
    newest = or_(is_earlier, and_(Recording.created_at == place.at, Recording.id < place.id))
    if place.sort is Sort.OLDEST:
        is_later = Recording.created_at > place.at
        return or_(is_later, and_(Recording.created_at == place.at, Recording.id > place.id))
    if place.sort is Sort.LONGEST:
        return or_(_length < place.seconds, and_(_length == place.seconds, newest))
    if place.sort is Sort.TITLE:
        last = select(Recording.title).where(Recording.id == place.id, Recording.owner_id == owner_id)
        title = session.scalar(last)
        if title is None:
            raise LostPlace(place.id)
        return or_(func.lower(title) < _title, and_(_title == func.lower(title), newest))
    return newest
