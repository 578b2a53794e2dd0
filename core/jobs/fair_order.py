"""The order in which waiting jobs are taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.database.tables import Job, Status
from core.jobs.queues import GPU, queues_served_by
from pipeline.catalogue import Step

#: A job that has waited longer than this goes first, whoever owns it.
LONG_WAIT = timedelta(hours=2)
#: What a user had processed within this time counts against the user's next job.
RECENT = timedelta(hours=1)


def fair_order(now: datetime, waiting: Any, queues: Sequence[str]) -> tuple[Any, list[Any]]:
    """The load of each owner, to be joined, and the order of waiting jobs.

    First come recordings that have been heard and only lack their summary: they were given their turn already. Then
    those that have waited long, oldest first; then users with the fewest jobs running or processed recently; then the
    shorter recording; then the older job.
    """
    recent = aliased(Job)
    is_running = and_(recent.queue.in_(queues), recent.status == Status.RUNNING)
    is_load = or_(is_running, recent.processed_at > now - RECENT)
    load = select(recent.owner_id, func.count().label("n")).where(is_load).group_by(recent.owner_id).cte("load")
    is_half_done = and_(waiting.step == Step.SUMMARIZE, waiting.started_at.is_not(None))
    waited_long = waiting.queued_at < now - LONG_WAIT
    order = [
        case((is_half_done, 0), else_=1),
        case((waited_long, 0), else_=1),
        case((waited_long, waiting.queued_at), else_=None),
        func.coalesce(load.c.n, 0),
        func.coalesce(waiting.duration, 0.0),
        waiting.queued_at,
        waiting.id,
    ]
    return load, order


def rank_waiting(session: Session, now: datetime, queue: str) -> dict[str, int]:
    """For each unfinished job that needs a worker of this queue, now or next: how many jobs go before it, by job id."""
    waiting = aliased(Job)
    queues = queues_served_by(queue)
    load, order = fair_order(now, waiting, queues)
    belongs: ColumnElement[bool] = waiting.queue.in_(queues)
    if queue == GPU:
        belongs = or_(belongs, waiting.step == Step.PREPARE)
    ids = session.scalars(
        select(waiting.id)
        .outerjoin(load, load.c.owner_id == waiting.owner_id)
        .where(
            belongs,
            waiting.status.in_((Status.QUEUED, Status.RUNNING)),
        )
        .order_by(case((and_(waiting.status == Status.RUNNING, waiting.queue.in_(queues)), 0), else_=1), *order)
    )
    return {job_id: index for index, job_id in enumerate(ids)}
