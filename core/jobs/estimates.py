"""The queue as people see it: how many jobs go first, and when a recording starts and ends as far as is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import worker_register
from core.database.sessions import read
from core.database.tables import Job, Recording, Status
from core.jobs import fair_order, speeds
from core.jobs.queues import GPU, LLM, needed_queues
from core.jobs.time_left import find_queue_seconds, find_work_left
from pipeline.catalogue import Step

#: In a longer queue nobody is told when a job starts.
MOST_JOBS = 500


@dataclass(frozen=True, slots=True)
class QueueEstimate:
    """The queues at one moment: by job id the jobs that go first, and the seconds until the start where known.

    `running` counts the jobs that the workers hold. `speeds` are seconds of work a second of audio, by stage. Made once
    a request.
    """

    at: datetime
    before: Mapping[str, int] = field(default_factory=dict)
    starts_in: Mapping[str, float] = field(default_factory=dict)
    running: int = 0
    speeds: Mapping[str, float] = field(default_factory=dict)

    def jobs_ahead(self, job: Job) -> int | None:
        """How many jobs go before this one; None if it does not wait for the GPU or the language model."""
        waits = job.status == Status.QUEUED or (job.status == Status.RUNNING and job.step == Step.PREPARE)
        return self.before.get(job.id) if waits else None

    def place(self, job: Job) -> int | None:
        """The place among those that wait, from 1; running jobs do not count."""
        ahead = self.jobs_ahead(job)
        return None if ahead is None else max(1, ahead + 1 - self.running)

    def seconds_left(self, recording: Recording) -> float | None:
        """Seconds until the recap is finished, waiting included; None if unknown or nothing is to come."""
        work = find_work_left(recording, self.speeds, self.at)
        if work is None or self.jobs_ahead(recording.job) is None:
            return work
        wait = self.starts_in.get(recording.job.id)
        return None if wait is None else round(work + wait, 1)


def estimate_queue(now: datetime) -> QueueEstimate:
    """How the queues stand."""
    known = speeds.speeds()
    before: dict[str, int] = {}
    starts_in: dict[str, float] = {}
    running = 0
    for queue in (LLM, GPU):
        if queue not in needed_queues():
            continue
        with read() as session:
            ranks = fair_order.rank_waiting(session, now, queue)
            query = select(Job).options(joinedload(Job.recording)).where(Job.id.in_(ranks))
            jobs = {job.id: job for job in session.scalars(query)} if 0 < len(ranks) <= MOST_JOBS else {}
        before |= ranks
        starts_in |= _find_starts(queue, ranks, jobs, known, now)
        if queue == GPU:
            running = sum(job.status == Status.RUNNING and job.step != Step.PREPARE for job in jobs.values())
    return QueueEstimate(now, before, starts_in, running, known)


def _find_starts(
    queue: str, ranks: Mapping[str, int], jobs: Mapping[str, Job], known: Mapping[str, float], now: datetime
) -> dict[str, float]:
    """Seconds until each job starts, as far as the work of those before it is known."""
    if not jobs:
        return {}
    workers = sum(queue in worker.queues for worker in worker_register.live_workers(now)) or 1
    starts: dict[str, float] = {}
    total = 0.0
    for job_id in sorted(ranks, key=ranks.__getitem__):
        if job_id not in jobs:
            break
        starts[job_id] = total / workers
        seconds = find_queue_seconds(jobs[job_id], queue, known)
        if seconds is None:
            break
        total += seconds
    return starts
