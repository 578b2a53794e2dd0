"""Changes of a job's state. Each is one conditional UPDATE that says whether it took.

A worker owns a job by a lease it renews. Every write of a worker names the attempt it claimed: after a takeover, a
cancel or a delete it changes nothing and the worker knows to stop (fencing). Who decides by time is told the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from library import versions
from library.database import read, write
from library.models import QUEUE_OF, Job, QueueState, Recording, Result, StageSpeed, Status, Step
from pipeline.errors import OutOfMemory, PipelineError, WorkerLost

#: How long a job waits before it goes first, whoever owns it.
LONG_WAIT = timedelta(hours=2)
#: What a user had processed within this time counts against the next job.
RECENT = timedelta(hours=1)
#: A worker may vanish this often on one job without newly saved work.
STRIKES = 3
#: Stages a recap can do without: at the last strike they are left out.
OPTIONAL_STAGES = ("diarize", "summarize")


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's hold on a job: every write it makes names `attempt`."""

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


def add(session: Session, recording: Recording, now: datetime) -> Job:
    """Queue a new recording, in the transaction that adds it."""
    job = Job(recording_id=recording.id, owner_id=recording.owner_id, queued_at=now, updated_at=now)
    session.add(job)
    return job


def _fair_order(now: datetime, waiting: Any, queue: str | None) -> tuple[Any, list[Any]]:
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


def _is_paused(queue: str) -> ColumnElement[bool]:
    return exists().where(QueueState.queue == queue, QueueState.paused_at.is_not(None))


def claim(queue: str, worker_id: str, now: datetime, lease_seconds: float) -> Claim | None:
    """Take the next job of a queue in fair order; None where nothing waits."""
    waiting = aliased(Job)
    load, order = _fair_order(now, waiting, queue)
    following = (
        select(waiting.id)
        .outerjoin(load, load.c.owner_id == waiting.owner_id)
        .where(waiting.queue == queue, waiting.status == Status.QUEUED, ~_is_paused(queue))
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


def _held(held: Claim) -> ColumnElement[bool]:
    return and_(Job.id == held.job_id, Job.attempt == held.attempt, Job.status == Status.RUNNING)


def _change(condition: ColumnElement[bool], **values: Any) -> bool:
    with write() as session:
        return _change_in(session, condition, **values)


def _change_in(session: Session, condition: ColumnElement[bool], **values: Any) -> bool:
    changed: Any = session.execute(
        update(Job).where(condition).values(**values).execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)


def renew(held: Claim, now: datetime, lease_seconds: float) -> bool:
    """Prolong the lease; False: the job is no longer ours."""
    return _change(_held(held), lease_until=now + timedelta(seconds=lease_seconds))


def enter_stage(held: Claim, stage: str, now: datetime) -> bool:
    """Note the stage before it starts, so that whoever comes next knows what was at work."""
    return _change(_held(held), stage=stage, progress=0.0, stage_started_at=now, updated_at=now)


def report_progress(held: Claim, progress: float, now: datetime) -> bool:
    """Note how much of the stage is done, 0..1."""
    return _change(_held(held), progress=progress, updated_at=now)


def note_saved_work(held: Claim) -> bool:
    """Newly saved work clears the strikes: the job gets on."""
    return _change(and_(_held(held), Job.strikes > 0), strikes=0)


def note_result(held: Claim, kind: str, key: str) -> bool:
    """Say that the recording uses a stage file, before it is read or written. False: the job is no longer ours."""
    with write() as session:
        if not session.scalar(select(Job.id).where(_held(held))):
            return False
        versions.note_result(session, held.recording_id, kind, key)
        return True


def advance(held: Claim, step: Step, now: datetime, *, recording: dict[str, Any] | None = None) -> bool:
    """End the step at hand and queue the next one; `recording` are columns of the recording to set with it.

    With `facts` among them a recap was written: it is kept as a version, see `library.versions`.
    """
    values: dict[str, Any] = {"step": step, "queue": QUEUE_OF[step], "status": Status.QUEUED, "queued_at": now}
    if held.step is Step.PROCESS:
        values["processed_at"] = now
    if recording and "duration_seconds" in recording:
        values["duration"] = recording["duration_seconds"]
    return _end_step(held, now, values, recording)


def finish(held: Claim, now: datetime, *, recording: dict[str, Any] | None = None) -> bool:
    """End the job: everything is there."""
    values: dict[str, Any] = {"status": Status.DONE, "finished_at": now, "progress": 1.0, "stage": None}
    if held.step is Step.PROCESS:
        values["processed_at"] = now
    return _end_step(held, now, values, recording)


def fail(held: Claim, error: PipelineError, now: datetime) -> bool:
    """End the job with an error; the stage stays to tell where."""
    return _end_step(held, now, {"status": Status.FAILED, "finished_at": now, **_error_columns(error)}, None)


def _end_step(held: Claim, now: datetime, values: dict[str, Any], recording: dict[str, Any] | None) -> bool:
    with write() as session:
        if not _change_in(session, _held(held), worker_id=None, lease_until=None, updated_at=now, strikes=0, **values):
            return False
        if held.step is Step.PROCESS and recording and "facts" in recording:
            versions.add(session, held.recording_id, recording, now)
        elif recording:
            session.execute(update(Recording).where(Recording.id == held.recording_id).values(**recording))
        if values["status"] == Status.DONE:
            versions.show(session, held.recording_id, recording)
        return True


def _error_columns(error: PipelineError) -> dict[str, Any]:
    return {
        "error_code": error.code,
        "error_message": error.message,
        "error_hint": error.hint,
        "error_retryable": error.retryable,
    }


def give_back(held: Claim, now: datetime) -> bool:
    """Put the job back in the queue without a strike: the worker shuts down."""
    return _change(_held(held), status=Status.QUEUED, worker_id=None, lease_until=None, updated_at=now)


def leave_out(held: Claim, stage: str, now: datetime) -> bool:
    """Queue the step again without an optional stage that took too long."""
    return _change(
        _held(held),
        status=Status.QUEUED,
        worker_id=None,
        lease_until=None,
        updated_at=now,
        strikes=0,
        skip=[*held.skip, stage],
    )


def cancel(recording_id: str, now: datetime) -> bool:
    """Stop a job that waits or is at work; the worker sees it at its next look."""
    unfinished = and_(Job.recording_id == recording_id, Job.status.in_((Status.QUEUED, Status.RUNNING)))
    return _change(
        unfinished, status=Status.CANCELLED, worker_id=None, lease_until=None, finished_at=now, updated_at=now
    )


def retry(recording_id: str, now: datetime, *, step: Step | None = None) -> bool:
    """Queue an ended job again; finished stages are found, not computed. `step` starts it elsewhere than it stopped."""
    with write() as session:
        return start_again(session, recording_id, now, step)


def start_again(session: Session, recording_id: str, now: datetime, step: Step | None) -> bool:
    """The same as `retry`, in the transaction that changes what is asked for."""
    ended = and_(Job.recording_id == recording_id, Job.status.in_((Status.FAILED, Status.CANCELLED, Status.DONE)))
    values: dict[str, Any] = {name: None for name in ("error_code", "error_message", "error_hint", "finished_at")}
    if step is not None:
        values |= {"step": step, "queue": QUEUE_OF[step], "stage": None}
    return _change_in(
        session,
        ended,
        status=Status.QUEUED,
        error_retryable=False,
        strikes=0,
        skip=[],
        batch_size=None,
        queued_at=now,
        updated_at=now,
        started_at=None,
        progress=0.0,
        **values,
    )


def render_again(session: Session, recording_id: str, now: datetime) -> bool:
    """Queue the making of the PDF once more, in the transaction that changes what it shows.

    A renderer at work loses the job by the new attempt: it may have read the old state. Where the step is still to
    come, or the job did not get there, nothing is to be done.
    """
    has_pdf = exists().where(Result.recording_id == recording_id, Result.kind == "pdf")
    is_over = and_(Job.status == Status.DONE, has_pdf)
    is_at_work = and_(Job.step == Step.RENDER, Job.status == Status.RUNNING)
    return _change_in(
        session,
        and_(Job.recording_id == recording_id, or_(is_over, is_at_work)),
        step=Step.RENDER, queue=QUEUE_OF[Step.RENDER], status=Status.QUEUED, attempt=Job.attempt + 1,
        worker_id=None, lease_until=None, queued_at=now, updated_at=now, progress=0.0, finished_at=None, strikes=0,
    )  # fmt: skip


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
        freed += _change(same, worker_id=None, lease_until=None, updated_at=now, **(after or _after_strike(job, now)))
    return freed


def _after_strike(job: Job, now: datetime) -> dict[str, Any]:
    if job.strikes + 1 < STRIKES:
        return {"status": Status.QUEUED, "strikes": job.strikes + 1}
    if job.stage in OPTIONAL_STAGES:
        return {"status": Status.QUEUED, "strikes": 0, "skip": [*job.skip, job.stage]}
    return {"status": Status.FAILED, "strikes": job.strikes + 1, "finished_at": now, **_error_columns(WorkerLost())}


def _after_memory_ran_out(job: Job, now: datetime) -> dict[str, Any] | None:
    """The system ended a transcription for its memory: half the batch next time; None: a strike like any other."""
    if job.stage != "transcribe" or job.batch_size is None:
        return None
    if job.batch_size > 1:
        return {"status": Status.QUEUED, "batch_size": job.batch_size // 2}
    return {"status": Status.FAILED, "finished_at": now, **_error_columns(OutOfMemory())}


def note_batch_size(held: Claim, batch_size: int) -> bool:
    """Note how many windows are decoded at once, for whoever comes after a lack of memory."""
    return _change(_held(held), batch_size=batch_size)


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
        condition = and_(Job.queue == queue, Job.status == Status.QUEUED, ~_is_paused(queue))
        return session.scalar(select(func.count()).select_from(Job).where(condition)) or 0


def rank_waiting(session: Session, now: datetime) -> dict[str, int]:
    """For each unfinished job that still has to pass the GPU: how many jobs go before it."""
    waiting = aliased(Job)
    load, order = _fair_order(now, waiting, "gpu")
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


def note_speed(stage: str, model: str, work_seconds: float, audio_seconds: float) -> None:
    """Learn what a stage takes here, for the time left: a moving average over recordings of some length."""
    if audio_seconds < 5:
        return
    ratio = work_seconds / audio_seconds
    with write() as session:
        known = session.get(StageSpeed, (stage, model))
        if known is None:
            session.add(StageSpeed(stage=stage, model=model, ratio=ratio))
        else:
            known.ratio += 0.3 * (ratio - known.ratio)


def speeds() -> dict[str, float]:
    """Seconds of work a second of audio, by stage, of the slowest model seen."""
    with read() as session:
        rows = session.execute(select(StageSpeed.stage, func.max(StageSpeed.ratio)).group_by(StageSpeed.stage))
        return {stage: ratio for stage, ratio in rows}


def is_held(held: Claim) -> bool:
    """Whether the job is still ours."""
    with read() as session:
        return session.scalar(select(Job.id).where(_held(held))) is not None
