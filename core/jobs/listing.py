"""Lists of jobs, for administrators and commands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from core.database.sessions import read
from core.database.tables import Job, Status

UNFINISHED = (Status.QUEUED, Status.RUNNING)


def list_jobs(*, with_ended: bool = False, limit: int = 100) -> Sequence[Job]:
    """Jobs with their recordings, newest first; only unfinished ones unless `with_ended`."""
    query = select(Job).options(joinedload(Job.recording)).order_by(Job.queued_at.desc()).limit(limit)
    if not with_ended:
        query = query.where(Job.status.in_(UNFINISHED))
    with read() as session:
        return session.scalars(query).all()


def is_any_running(queue: str) -> bool:
    """Whether a job of this queue is running. A database without tables has no jobs."""
    with read() as session:
        if not inspect(session.connection()).has_table(Job.__tablename__):
            return False
        running = select(Job.id).where(Job.queue == queue, Job.status == Status.RUNNING).limit(1)
        return session.scalar(running) is not None
