"""Recaps that wait until somebody has reviewed them, for users who asked for that.

A recap waits if it was written after its owner turned this on, and no edit of kind `review` that holds is about its
version. So a recap that is written again waits again, and undoing that edit takes the review back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from core import recap_versions
from core.database.sessions import read, write
from core.database.tables import EditRow, Recording, User, Version
from core.recordings.shown_speakers import render_again
from pipeline.edits.edit import REVIEW

_Reviewer = aliased(User)


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a recap: the number of its edit, who made it and when; all None while the recap waits."""

    edit: int | None = None
    by: str | None = None
    at: datetime | None = None

    @property
    def state(self) -> str:
        """`waiting` or `reviewed`."""
        return "waiting" if self.edit is None else "reviewed"


def find_review(recording_id: str) -> Review | None:
    """The review of the recap that is shown; None if it needs none."""
    return find_reviews([recording_id]).get(recording_id)


def find_reviews(recording_ids: Collection[str]) -> dict[str, Review]:
    """The reviews of the recaps that are shown, by recording; those that need none are missing."""
    query = _select_reviews(Recording.id.in_(recording_ids), Recording.version == Version.number)
    with read() as session:
        rows = session.execute(query.order_by(EditRow.number))
        return {recording_id: Review(edit, by, at) for recording_id, edit, by, at in rows}


def is_draft(recording_id: str) -> bool:
    """Whether the recap that is shown, or before there is one the newest, waits for its review."""
    with read() as session:
        version = recap_versions.find(session, recording_id)
    return version is not None and _waits(recording_id, Version.number == version.number)


def is_draft_result(recording_id: str, key: str) -> bool:
    """Whether the recap with this key waits for its review; it may not be shown yet."""
    return _waits(recording_id, Version.key == key)


def select_waiting(owner_id: str | None = None) -> Select[str]:
    """The ids of the recordings, of a user or all, whose shown recap waits for its review."""
    is_own = () if owner_id is None else (Recording.owner_id == owner_id,)
    waiting = _select_reviews(Recording.version == Version.number, EditRow.number.is_(None), *is_own)
    return waiting.with_only_columns(Recording.id)


def require_reviews(user_id: str, now: datetime) -> None:
    """Let the recaps of a user that are written from now on wait for a review."""
    with write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        user.review_since = user.review_since or now


def stop_reviews(user_id: str, now: datetime) -> None:
    """Let no recap of a user wait any longer; the PDFs of those that do are made again without the mark."""
    with write() as session:
        shown_or_later = Version.number >= func.coalesce(Recording.version, 0)
        query = _select_reviews(Recording.owner_id == user_id, EditRow.number.is_(None), shown_or_later)
        for recording_id in sorted({row[0] for row in session.execute(query)}):
            render_again(session, recording_id, now)
        session.get_one(User, user_id).review_since = None


def _waits(recording_id: str, *conditions: ColumnElement[bool]) -> bool:
    query = _select_reviews(Recording.id == recording_id, EditRow.number.is_(None), *conditions)
    with read() as session:
        return session.execute(query.limit(1)).first() is not None


def _select_reviews(*conditions: ColumnElement[bool]) -> Select[str, int, str, datetime]:
    """Recording, edit, reviewer and time of the versions that need a review; without edit they wait."""
    is_about = and_(
        EditRow.recording_id == Version.recording_id,
        EditRow.kind == REVIEW,
        EditRow.undone_at.is_(None),
        EditRow.payload["version"].as_integer() == Version.number,
    )
    return (
        select(Recording.id, EditRow.number, _Reviewer.email, EditRow.created_at)
        .join(Version, Version.recording_id == Recording.id)
        .join(User, User.id == Recording.owner_id)
        .outerjoin(EditRow, is_about)
        .outerjoin(_Reviewer, _Reviewer.id == EditRow.user_id)
        .where(User.review_since.is_not(None), Version.made_at >= User.review_since, *conditions)
    )
