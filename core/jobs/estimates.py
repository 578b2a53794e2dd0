"""The line before the GPU: how many jobs go before another, and when it starts and ends as far as that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.database.sessions import read
from core.database.tables import QUEUE_OF, Job, Recording, Status, Step, Worker
from core.jobs import fair_order, speeds
from core.jobs.time_left import stages_of, time_left

GPU_STAGES = ("transcribe", "diarize", "summarize")
#: A worker that has not reported for this long is not counted.
SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class QueueEstimate:
    """The line at one moment, by job id: the jobs that go before, and the seconds until the start where known."""

    at: datetime
    before: dict[str, int]
    starts_in: dict[str, float]
    running: int

    def ahead(self, job: Job) -> int | None:
        """How many jobs go before this one for the GPU; None where it does not wait for it."""
        waits = job.status == Status.QUEUED or (job.status == Status.RUNNING and job.step == Step.PREPARE)
        return self.before.get(job.id) if waits else None

    def place(self, job: Job) -> int | None:
        """The place among those that wait, from 1; the jobs at work do not count."""
        ahead = self.ahead(job)
        return None if ahead is None else max(1, ahead + 1 - self.running)

    def seconds_left(self, recording: Recording) -> float | None:
        """Seconds until the recap is there, waiting included; None where it is not known or nothing is to come."""
        own = time_left(recording, self.at)
        if own is None or self.ahead(recording.job) is None:
            return own
        wait = self.starts_in.get(recording.job.id)
        return None if wait is None else round(own + wait, 1)


def estimate_queue(now: datetime) -> QueueEstimate:
    """How the line stands."""
    with read() as session:
        before = fair_order.rank_waiting(session, now)
        if not before:
            return QueueEstimate(now, {}, {}, 0)
        query = select(Job).options(joinedload(Job.recording)).where(Job.id.in_(before))
        rows = session.scalars(query) if len(before) <= 500 else ()
        waiting = {job.id: job for job in rows}
        condition = (Worker.seen_at > now - SILENT, Worker.queues.contains(QUEUE_OF[Step.PROCESS]))
        workers = session.scalar(select(func.count()).select_from(Worker).where(*condition)) or 1
    known = speeds.speeds()
    starts_in: dict[str, float] = {}
    total: float | None = 0.0
    for job_id in sorted(before, key=before.__getitem__):
        if total is None or job_id not in waiting:
            break
        starts_in[job_id] = total / workers
        total = _add(total, _gpu_seconds(waiting[job_id], known))
    running = sum(job.status == Status.RUNNING and job.step == Step.PROCESS for job in waiting.values())
    return QueueEstimate(now, before, starts_in, running)


def _add(total: float, seconds: float | None) -> float | None:
    return None if seconds is None else total + seconds


def _gpu_seconds(job: Job, known: dict[str, float]) -> float | None:
    """What a job still takes of the GPU; None: not known."""
    if job.duration is None or "transcribe" not in known:
        return None
    stages = [stage for stage in stages_of(job, job.recording) if stage in GPU_STAGES]
    first, done = 0, 0.0
    if job.status == Status.RUNNING and job.stage in stages:
        first, done = stages.index(job.stage), job.progress
    left = [known.get(stage, 0.0) * job.duration for stage in stages[first:]]
    return sum(left) - (left[0] * done if left else 0.0)
