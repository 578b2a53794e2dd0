"""A worker's claim on a job: taken, renewed and given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import aliased

from core.database.sessions import read, write
from core.database.tables import Job, Status
from core.jobs.fair_order import fair_order
from core.jobs.pausing import is_paused
from core.jobs.queues import queues_served_by
from core.jobs.updates import change
from pipeline.catalogue import Step


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's claim on a job: every write it makes names `attempt`."""

    job_id: str
    recording_id: str
    owner_id: str
    step: Step
    attempt: int
    strikes: int
    last_stage: str | None
    skip: tuple[str, ...]
    duration: float | None
    batch_size: int | None = None


def claim(queue: str, worker_id: str, now: datetime, lease_seconds: float) -> Claim | None:
    """Take the next job that a worker of this queue serves, in fair order; None if nothing waits."""
    waiting = aliased(Job)
    queues = queues_served_by(queue)
    load, order = fair_order(now, waiting, queues)
    following = (
        select(waiting.id)
        .outerjoin(load, load.c.owner_id == waiting.owner_id)
        .where(waiting.queue.in_(queues), waiting.status == Status.QUEUED, ~is_paused(queue))
        .order_by(*order)
        .limit(1)
        .with_for_update(of=waiting, skip_locked=True)
    )
    take = (
        update(Job)
        .where(Job.id == following.scalar_subquery(), Job.status == Status.QUEUED)
        .values(
            status=Status.RUNNING,
            worker_id=worker_id,
            attempt=Job.attempt + 1,
            lease_until=now + timedelta(seconds=lease_seconds),
            started_at=func.coalesce(Job.started_at, now),
            progress=0.0,
            updated_at=now,
        )
        .returning(Job)
        .execution_options(synchronize_session=False)
    )
    with write() as session:
        job = session.scalars(take).one_or_none()
        if job is None:
            return None
        return Claim(
            job_id=job.id,
            recording_id=job.recording_id,
            owner_id=job.owner_id,
            step=Step(job.step),
            attempt=job.attempt,
            strikes=job.strikes,
            last_stage=job.stage,
            skip=tuple(job.skip),
            duration=job.duration,
            batch_size=job.batch_size,
        )


def held_by(claim: Claim) -> ColumnElement[bool]:
    return and_(Job.id == claim.job_id, Job.attempt == claim.attempt, Job.status == Status.RUNNING)


def renew(claim: Claim, now: datetime, lease_seconds: float) -> bool:
    """Extend the lease; False if the job is no longer held by this claim."""
    return change(held_by(claim), lease_until=now + timedelta(seconds=lease_seconds))


def give_back(claim: Claim, now: datetime) -> bool:
    """Put the job back in the queue without a strike: the worker shuts down."""
    return change(held_by(claim), status=Status.QUEUED, worker_id=None, lease_until=None, updated_at=now)


def is_held(claim: Claim) -> bool:
    """Whether the job is still held by this claim."""
    with read() as session:
        return session.scalar(select(Job.id).where(held_by(claim))) is not None
