"""What happens to the job of a worker that died."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from core.database.sessions import read
from core.database.tables import Job, Status
from core.jobs.updates import change, error_columns
from pipeline.catalogue import STAGES
from pipeline.errors import OutOfMemory, WorkerLost

#: A worker may vanish this often on one job without newly saved work.
STRIKES = 3
#: Stages a recap can do without: at the last strike they are left out.
OPTIONAL_STAGES = tuple(stage.name for stage in STAGES if stage.is_optional)


def sweep(now: datetime) -> int:
    """Free the jobs whose worker stopped reporting, each with a strike; returns how many."""
    return _free(Job.lease_until < now, now, out_of_memory=False)


def lose(worker_id: str, now: datetime, *, out_of_memory: bool) -> int:
    """Free the job of a worker that is known to be dead, without waiting for its lease; returns how many."""
    return _free(Job.worker_id == worker_id, now, out_of_memory=out_of_memory)


def running_workers() -> set[str]:
    """The ids of the workers that hold jobs."""
    with read() as session:
        held = session.scalars(select(Job.worker_id).where(Job.status == Status.RUNNING))
        return {worker_id for worker_id in held if worker_id}


def _free(condition: ColumnElement[bool], now: datetime, *, out_of_memory: bool) -> int:
    lost = and_(Job.status == Status.RUNNING, condition)
    with read() as session:
        jobs = session.scalars(select(Job).where(lost)).all()
    freed = 0
    for job in jobs:
        same = and_(lost, Job.id == job.id, Job.attempt == job.attempt)
        after = _after_memory_ran_out(job, now) if out_of_memory else None
        freed += change(same, worker_id=None, lease_until=None, updated_at=now, **(after or _after_strike(job, now)))
    return freed


def _after_strike(job: Job, now: datetime) -> dict[str, Any]:
    if job.strikes + 1 < STRIKES:
        return {"status": Status.QUEUED, "strikes": job.strikes + 1}
    if job.stage in OPTIONAL_STAGES:
        return {"status": Status.QUEUED, "strikes": 0, "skip": [*job.skip, job.stage]}
    return {"status": Status.FAILED, "strikes": job.strikes + 1, "finished_at": now, **error_columns(WorkerLost())}


def _after_memory_ran_out(job: Job, now: datetime) -> dict[str, Any] | None:
    """The system ended a transcription for its memory: half the batch next time; None: a strike like any other."""
    if job.stage != "transcribe" or job.batch_size is None:
        return None
    if job.batch_size > 1:
        return {"status": Status.QUEUED, "batch_size": job.batch_size // 2}
    return {"status": Status.FAILED, "finished_at": now, **error_columns(OutOfMemory())}
