"""What happens to a job that lost its worker.

A job whose process died while its worker lived may be what killed it: that is a strike. Where the worker or the whole
machine went, the job is only interrupted. Both have a limit; newly saved work sets both back to none.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from core.database.sessions import read
from core.database.tables import Job, Status
from core.jobs.updates import change, error_columns
from pipeline.catalogue import STAGES
from pipeline.errors import OutOfMemory, PipelineError, WorkerLost

#: A job may take its process down this often without newly saved work.
STRIKES = 3
#: A job may be interrupted this often without newly saved work; a bound for what takes a whole machine down.
INTERRUPTIONS = 10
#: Stages a recap can do without: at the last strike they are left out.
OPTIONAL_STAGES = tuple(stage.name for stage in STAGES if stage.is_optional)


class Loss(Enum):
    """How a job lost its worker."""

    PROCESS_DIED = auto()
    OUT_OF_MEMORY = auto()
    INTERRUPTED = auto()


def sweep(now: datetime) -> int:
    """Free the jobs whose worker stopped reporting: they were interrupted; returns how many."""
    return _free(Job.lease_until < now, now, Loss.INTERRUPTED)


def lose(worker_id: str, now: datetime, loss: Loss) -> int:
    """Free the job of a process that is known to be dead, without waiting for its lease; returns how many."""
    return _free(Job.worker_id == worker_id, now, loss)


def running_workers() -> set[str]:
    """The ids of the workers that hold jobs."""
    with read() as session:
        held = session.scalars(select(Job.worker_id).where(Job.status == Status.RUNNING))
        return {worker_id for worker_id in held if worker_id}


def _free(condition: ColumnElement[bool], now: datetime, loss: Loss) -> int:
    lost = and_(Job.status == Status.RUNNING, condition)
    with read() as session:
        jobs = session.scalars(select(Job).where(lost)).all()
    freed = 0
    for job in jobs:
        same = and_(lost, Job.id == job.id, Job.attempt == job.attempt)
        freed += change(same, worker_id=None, lease_until=None, updated_at=now, **_state_after(job, loss, now))
    return freed


def _state_after(job: Job, loss: Loss, now: datetime) -> dict[str, Any]:
    if loss is Loss.INTERRUPTED:
        return _after_interruption(job, now)
    after = _after_memory_ran_out(job, now) if loss is Loss.OUT_OF_MEMORY else None
    return after or _after_strike(job, now)


def _after_strike(job: Job, now: datetime) -> dict[str, Any]:
    if job.strikes + 1 < STRIKES:
        return {"status": Status.QUEUED, "strikes": job.strikes + 1}
    return _give_up_stage(job, now, WorkerLost())


def _after_interruption(job: Job, now: datetime) -> dict[str, Any]:
    if job.interruptions + 1 < INTERRUPTIONS:
        return {"status": Status.QUEUED, "interruptions": job.interruptions + 1}
    lost = WorkerLost("The work on this recording was interrupted ten times in a row. Finished work is kept.")
    return _give_up_stage(job, now, lost)


def _give_up_stage(job: Job, now: datetime, error: PipelineError) -> dict[str, Any]:
    counts = {"strikes": 0, "interruptions": 0}
    if job.stage in OPTIONAL_STAGES:
        return {"status": Status.QUEUED, "skip": [*job.skip, job.stage], **counts}
    return {"status": Status.FAILED, "finished_at": now, **counts, **error_columns(error)}


def _after_memory_ran_out(job: Job, now: datetime) -> dict[str, Any] | None:
    """The system ended a transcription for its memory: half the batch next time; None: a strike like any other."""
    if job.stage != "transcribe" or job.batch_size is None:
        return None
    if job.batch_size > 1:
        return {"status": Status.QUEUED, "batch_size": job.batch_size // 2}
    return {"status": Status.FAILED, "finished_at": now, **error_columns(OutOfMemory())}
