"""What web server, workers and commands ask about recordings."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from core.database.sessions import read
from core.database.tables import Recording


def earlier_copy(recording: Recording) -> Recording | None:
    """The last recording before this one that its owner made of the same file, None where there is none."""
    same = (Recording.owner_id == recording.owner_id, Recording.sha256 == recording.sha256)
    before = (Recording.id != recording.id, Recording.created_at <= recording.created_at)
    with read() as session:
        return session.scalar(select(Recording).where(*same, *before).order_by(Recording.created_at.desc()).limit(1))


def get(recording_id: str, owner_id: str | None = None) -> Recording | None:
    """A recording with its job; with `owner_id`, None where it is somebody else's."""
    condition = Recording.id == recording_id
    if owner_id is not None:
        condition = and_(condition, Recording.owner_id == owner_id)
    with read() as session:
        return session.scalar(select(Recording).options(joinedload(Recording.job)).where(condition))
