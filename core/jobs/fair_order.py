"""The order in which waiting jobs are taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.database.tables import Job, Status, Step

#: How long a job waits before it goes first, whoever owns it.
LONG_WAIT = timedelta(hours=2)
#: What a user had processed within this time counts against the next job.
RECENT = timedelta(hours=1)


def fair_order(now: datetime, waiting: Any, queue: str | None) -> tuple[Any, list[Any]]:
    """The load of each owner, to be joined, and the order of waiting jobs.

    First who has waited long, oldest first; then users with the fewest jobs at work or processed lately, then the
    shorter recording, then the older job.
    """
    recent = aliased(Job)
    is_load = or_(recent.status == Status.RUNNING, recent.processed_at > now - RECENT)
    condition = and_(recent.queue == queue, is_load) if queue else is_load
    load = select(recent.owner_id, func.count().label("n")).where(condition).group_by(recent.owner_id).cte("load")
    waited_long = waiting.queued_at < now - LONG_WAIT
    order = [
        case((waited_long, 0), else_=1),
        case((waited_long, waiting.queued_at), else_=None),
        func.coalesce(load.c.n, 0),
        func.coalesce(waiting.duration, 0.0),
        waiting.queued_at,
        waiting.id,
    ]
    return load, order


def rank_waiting(session: Session, now: datetime) -> dict[str, int]:
    """For each unfinished job that still has to pass the GPU: how many jobs go before it."""
    waiting = aliased(Job)
    load, order = fair_order(now, waiting, "gpu")
    ids = session.scalars(
        select(waiting.id)
        .outerjoin(load, load.c.owner_id == waiting.owner_id)
        .where(
            waiting.step.in_((Step.PREPARE, Step.PROCESS)),
            waiting.status.in_((Status.QUEUED, Status.RUNNING)),
        )
        .order_by(case((and_(waiting.status == Status.RUNNING, waiting.queue == "gpu"), 0), else_=1), *order)
    )
    return {job_id: index for index, job_id in enumerate(ids)}
