"""Changes of a job's state. Each is one conditional UPDATE that says whether it took.

A worker owns a job by a lease it renews. Every write of a worker names the attempt it claimed: after a takeover, a
cancel or a delete it changes nothing and the worker knows to stop (fencing). Who decides by time is told the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true, update
from sqlalchemy.orm import Session

from core import recap_versions
from core.database.sessions import write
from core.database.tables import Job, Recording, Result, Status
from core.jobs.claims import Claim, held_by
from core.jobs.queues import queue_of
from core.jobs.updates import change, change_within, error_columns
from core.storage import references
from pipeline.catalogue import Step
from pipeline.errors import PipelineError


def add(session: Session, recording: Recording, now: datetime) -> Job:
    """Queue a new recording, in the transaction that adds it."""
    job = Job(recording_id=recording.id, owner_id=recording.owner_id, queued_at=now, updated_at=now)
    session.add(job)
    return job


def enter_stage(claim: Claim, stage: str, now: datetime) -> bool:
    """Note the stage before it starts, so that whoever comes next knows what was at work."""
    return change(held_by(claim), stage=stage, progress=0.0, stage_started_at=now, updated_at=now)


def report_progress(claim: Claim, progress: float, now: datetime) -> bool:
    """Note how much of the stage is done, 0..1."""
    return change(held_by(claim), progress=progress, updated_at=now)


def note_saved_work(claim: Claim) -> bool:
    """Newly saved work clears strikes and interruptions: the job gets on."""
    lost_before = or_(Job.strikes > 0, Job.interruptions > 0)
    return change(and_(held_by(claim), lost_before), strikes=0, interruptions=0)


def note_result(claim: Claim, kind: str, key: str) -> bool:
    """Say that the recording uses a stage file, before it is read or written. False if the claim is lost."""
    return _change_if_held(claim, lambda session: references.note_result(session, claim.recording_id, kind, key))


def note_file(claim: Claim, sha256: str, size_bytes: int) -> bool:
    """Say what the file of a recording is that is made of others. False if the claim is lost."""
    file = {"sha256": sha256, "size_bytes": size_bytes}
    note = update(Recording).where(Recording.id == claim.recording_id).values(**file)
    return _change_if_held(claim, lambda session: session.execute(note))


def _change_if_held(claim: Claim, change: Callable[[Session], object]) -> bool:
    """Change something beside the job, unless the claim is lost; then False."""
    with write() as session:
        if not session.scalar(select(Job.id).where(held_by(claim))):
            return False
        change(session)
        return True


def advance(claim: Claim, step: Step, now: datetime, *, recording: dict[str, Any] | None = None) -> bool:
    """End the step at hand and queue the next one; `recording` are columns of the recording to set with it.

    With `facts` among them a recap was written: it is kept as a version, see `core.recap_versions`.
    """
    values: dict[str, Any] = {"step": step, "queue": queue_of(step), "status": Status.QUEUED, "queued_at": now}
    if claim.step in (Step.LISTEN, Step.SUMMARIZE):
        values["processed_at"] = now
    if recording and "duration_seconds" in recording:
        values["duration"] = recording["duration_seconds"]
    return _end_step(claim, now, values, recording)


def finish(claim: Claim, now: datetime, *, recording: dict[str, Any] | None = None) -> bool:
    """End the job: everything is there."""
    values: dict[str, Any] = {"status": Status.DONE, "finished_at": now, "progress": 1.0, "stage": None}
    if claim.step in (Step.LISTEN, Step.SUMMARIZE):
        values["processed_at"] = now
    return _end_step(claim, now, values, recording)


def fail(claim: Claim, error: PipelineError, now: datetime) -> bool:
    """End the job with an error; the stage stays to tell where."""
    return _end_step(claim, now, {"status": Status.FAILED, "finished_at": now, **error_columns(error)}, None)


def _end_step(claim: Claim, now: datetime, values: dict[str, Any], recording: dict[str, Any] | None) -> bool:
    with write() as session:
        if not change_within(
            session,
            held_by(claim),
            worker_id=None,
            lease_until=None,
            updated_at=now,
            strikes=0,
            interruptions=0,
            **values,
        ):
            return False
        if claim.step is not Step.RENDER and recording and "facts" in recording:
            recap_versions.add(session, claim.recording_id, recording, now)
        elif recording:
            session.execute(update(Recording).where(Recording.id == claim.recording_id).values(**recording))
        if values["status"] == Status.DONE:
            recap_versions.show(session, claim.recording_id, recording)
        return True


def skip_stage(claim: Claim, stage: str, now: datetime) -> bool:
    """Queue the step again without an optional stage that took too long."""
    return change(
        held_by(claim),
        status=Status.QUEUED,
        worker_id=None,
        lease_until=None,
        updated_at=now,
        strikes=0,
        interruptions=0,
        skip=[*claim.skip, stage],
    )


def cancel(recording_id: str, now: datetime) -> bool:
    """Stop a job that waits or is at work; the worker sees it at its next look."""
    unfinished = and_(Job.recording_id == recording_id, Job.status.in_((Status.QUEUED, Status.RUNNING)))
    return change(
        unfinished, status=Status.CANCELLED, worker_id=None, lease_until=None, finished_at=now, updated_at=now
    )


def retry(recording_id: str, now: datetime, *, step: Step | None = None) -> bool:
    """Queue an ended job again; finished stages are found, not computed. `step` starts it elsewhere than it stopped."""
    with write() as session:
        return start_again(session, recording_id, now, step)


def start_again(session: Session, recording_id: str, now: datetime, step: Step | None) -> bool:
    """The same as `retry`, in the transaction that changes what is asked for."""
    ended = and_(Job.recording_id == recording_id, Job.status.in_((Status.FAILED, Status.CANCELLED, Status.DONE)))
    values: dict[str, Any] = dict.fromkeys(("error_code", "error_message", "error_hint", "finished_at"))
    if step is not None:
        values |= {"step": step, "queue": queue_of(step), "stage": None}
    return change_within(
        session,
        ended,
        status=Status.QUEUED,
        error_retryable=False,
        strikes=0,
        interruptions=0,
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
    return _render_again(session, Job.recording_id == recording_id, now)


def render_all_again(session: Session, now: datetime) -> None:
    """The same for all recordings, in the transaction that changes what all of them show."""
    _render_again(session, true(), now)


def _render_again(session: Session, which: ColumnElement[bool], now: datetime) -> bool:
    has_pdf = exists().where(Result.recording_id == Job.recording_id, Result.kind == "pdf")
    is_over = and_(Job.status == Status.DONE, has_pdf)
    is_at_work = and_(Job.step == Step.RENDER, Job.status == Status.RUNNING)
    return change_within(
        session,
        and_(which, or_(is_over, is_at_work)),
        step=Step.RENDER, queue=queue_of(Step.RENDER), status=Status.QUEUED, attempt=Job.attempt + 1,
        worker_id=None, lease_until=None, queued_at=now, updated_at=now, progress=0.0, finished_at=None, strikes=0,
        interruptions=0,
    )  # fmt: skip


def note_batch_size(claim: Claim, batch_size: int) -> bool:
    """Note how many windows are decoded at once, for whoever comes after a lack of memory."""
    return change(held_by(claim), batch_size=batch_size)
