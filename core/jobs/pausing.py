"""Queues that an administrator has paused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select

from core.database.sessions import read, write
from core.database.tables import Job, QueueState, Status
from core.jobs.queues import queues_served_by


def is_paused(queue: str) -> ColumnElement[bool]:
    """The SQL condition that a queue is paused."""
    return exists().where(QueueState.queue == queue, QueueState.paused_at.is_not(None))


def set_paused(queue: str, paused_at: datetime | None) -> None:
    """Pause a queue from a time on, or resume it (None). Running jobs continue; waiting ones wait."""
    with write() as session:
        session.merge(QueueState(queue=queue, paused_at=paused_at))


def paused_since(queue: str) -> datetime | None:
    """Since when a queue has been paused; None if it is not."""
    with read() as session:
        state = session.get(QueueState, queue)
    return state.paused_at if state else None


def count_waiting(queue: str) -> int:
    """How many jobs a worker of this queue could start; none while the queue is paused."""
    with read() as session:
        condition = and_(Job.queue.in_(queues_served_by(queue)), Job.status == Status.QUEUED, ~is_paused(queue))
        return session.scalar(select(func.count()).select_from(Job).where(condition)) or 0
