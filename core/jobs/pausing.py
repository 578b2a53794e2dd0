"""Queues that an administrator has paused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select

from core.database.sessions import read, write
from core.database.tables import Job, QueueState, Status


def is_paused(queue: str) -> ColumnElement[bool]:
    return exists().where(QueueState.queue == queue, QueueState.paused_at.is_not(None))


def set_paused(queue: str, paused_at: datetime | None) -> None:
    """Let a queue rest from a time on, or (None) go on. Jobs at work go on; waiting ones wait."""
    with write() as session:
        session.merge(QueueState(queue=queue, paused_at=paused_at))


def paused_since(queue: str) -> datetime | None:
    """Since when a queue rests; None: it runs."""
    with read() as session:
        state = session.get(QueueState, queue)
    return state.paused_at if state else None


def count_waiting(queue: str) -> int:
    """How many jobs wait in a queue and could start; none while it rests."""
    with read() as session:
        condition = and_(Job.queue == queue, Job.status == Status.QUEUED, ~is_paused(queue))
        return session.scalar(select(func.count()).select_from(Job).where(condition)) or 0
