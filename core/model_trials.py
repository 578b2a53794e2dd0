"""Trials of language models: each recaps a short meeting, once it is its turn in the queue that writes summaries.

A row a model, by its digest, so that a model that was imported again is another one. Recordings go first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from core import model_actions
from core.database import sessions
from core.database.tables import ModelTrial, Status
from core.jobs.pausing import is_paused
from core.jobs.queues import queue_of, queues_served_by
from core.model_actions import ACTIVE, waits
from pipeline.catalogue import Step
from pipeline.errors import WorkerLost

#: A trial whose process dies this often may be what kills it.
MOST_LOSSES = 3
LOST = "The worker stopped three times on this trial."


def trial_queue() -> str:
    """The queue of trials: that of summaries."""
    return queue_of(Step.SUMMARIZE)


def request(digest: str, model: str, now: datetime) -> bool:
    """Ask for a trial of a model; false if one is under way already. The last result stays until the next one."""
    with sessions.write() as session:
        sessions.lock_table(session, ModelTrial.__tablename__)
        row = session.get(ModelTrial, digest)
        if row is not None and row.status in ACTIVE:
            return False
        if row is None:
            row = ModelTrial(digest=digest, attempt=0, created_at=now)
            session.add(row)
        row.model, row.status, row.progress, row.updated_at = model, Status.QUEUED, 0.0, now
        row.attempt = 0 if row.attempt is None else row.attempt + 1
        row.losses, row.created_at, row.code, row.message, row.hint = 0, now, "", "", ""
        return True


def cancel(digest: str, now: datetime) -> bool:
    """Stop a trial; false if none is under way."""
    return model_actions.cancel(ModelTrial, ModelTrial.digest == digest, now)


def find(digest: str) -> ModelTrial | None:
    """The trial of a model."""
    with sessions.read() as session:
        return session.get(ModelTrial, digest)


def list_all() -> Sequence[ModelTrial]:
    """All trials, oldest first."""
    with sessions.read() as session:
        return list(session.scalars(select(ModelTrial).order_by(ModelTrial.created_at)))


def failed_digests() -> frozenset[str]:
    """The digests of the models that are not good enough for recaps on this machine."""
    with sessions.read() as session:
        return frozenset(session.scalars(select(ModelTrial.digest).where(ModelTrial.problems != "")))


def is_waiting(queue: str, now: datetime) -> bool:
    """Whether a worker of this queue could take up a trial."""
    if trial_queue() not in queues_served_by(queue):
        return False
    with sessions.read() as session:
        waiting = select(ModelTrial.digest).where(waits(ModelTrial, now), ~is_paused(queue)).limit(1)
        return session.scalar(waiting) is not None


def claim(queue: str, now: datetime) -> ModelTrial | None:
    """Take up the oldest trial that waits, or whose process is dead; None if the queue has none."""
    if trial_queue() not in queues_served_by(queue):
        return None
    oldest = (
        select(ModelTrial).where(waits(ModelTrial, now), ~is_paused(queue)).order_by(ModelTrial.created_at).limit(1)
    )
    with sessions.read() as session:  # nothing waits nearly always, and reading locks nobody
        if session.scalar(oldest) is None:
            return None
    with sessions.write() as session:
        sessions.lock_table(session, ModelTrial.__tablename__)
        row = session.scalar(oldest)
        if row is None:
            return None
        row.losses += row.status == Status.RUNNING
        row.status, row.attempt, row.updated_at = Status.RUNNING, row.attempt + 1, now
        if row.losses < MOST_LOSSES:
            return row
        row.status, row.code = Status.FAILED, WorkerLost.code
        row.message, row.hint = LOST, WorkerLost.default_hint
        return None


def note_progress(digest: str, attempt: int, share: float, now: datetime) -> bool:
    """Store how far a trial is, 0..1; false if it was cancelled or taken over, and must stop."""
    return _write(digest, attempt, now, progress=share)


def finish(digest: str, attempt: int, figures: Mapping[str, object], problems: Sequence[str], now: datetime) -> bool:
    """Store the result: columns of the row, and why the model is not good enough. False if it was cancelled."""
    text = "\n".join(problems)
    return _write(digest, attempt, now, status=Status.DONE, tried_at=now, progress=1.0, problems=text, **figures)


def fail(digest: str, attempt: int, code: str, message: str, hint: str, now: datetime) -> None:
    """The trial brought no result; that of an earlier one stays."""
    _write(digest, attempt, now, status=Status.FAILED, code=code, message=message, hint=hint)


def give_back(digest: str, attempt: int, now: datetime) -> None:
    """The worker was asked to leave: another takes the trial up."""
    _write(digest, attempt, now, status=Status.QUEUED)


def _write(digest: str, attempt: int, now: datetime, **values: object) -> bool:
    return model_actions.write(ModelTrial, ModelTrial.digest == digest, attempt, now, **values)


def dismiss(digest: str) -> None:
    """Forget a trial that brought no result; the result of an earlier one stays."""
    ended = (ModelTrial.digest == digest, ModelTrial.status.not_in(ACTIVE))
    with sessions.write() as session:
        session.execute(delete(ModelTrial).where(*ended, ModelTrial.tried_at.is_(None)))
        session.execute(update(ModelTrial).where(*ended).values(status=Status.DONE, code="", message="", hint=""))
