"""Downloads and checks of speech models that administrators ask for on the site: one row a model.

A GPU worker takes them up, since its MODELS_DIR is the one that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from core import model_actions
from core.database import sessions
from core.database.tables import ModelInstall, Status
from core.model_actions import ACTIVE

Action = Literal["pull", "verify"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an action is: in words, and in bytes."""

    doing: str
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_second: float = 0.0


def request(model: str, action: Action, now: datetime) -> bool:
    """Ask for an action on a model, by its repository or folder; false if one is under way already."""
    with sessions.write() as session:
        sessions.lock_table(session, ModelInstall.__tablename__)
        row = session.get(ModelInstall, model)
        if row is not None and row.status in ACTIVE:
            return False
        attempt = row.attempt + 1 if row else 0
        if row is not None:
            session.delete(row)
            session.flush()
        session.add(
            ModelInstall(
                model=model, action=action, status=Status.QUEUED, attempt=attempt, created_at=now, updated_at=now
            )
        )
        return True


def cancel(model: str, now: datetime) -> bool:
    """Stop an action; what was downloaded stays. False if none is under way."""
    return model_actions.cancel(ModelInstall, ModelInstall.model == model, now)


def forget(model: str) -> None:
    """Remove what came of an action from the page."""
    with sessions.write() as session:
        finished = ModelInstall.status.not_in(ACTIVE)
        session.execute(delete(ModelInstall).where(ModelInstall.model == model, finished))


def list_all() -> list[ModelInstall]:
    """All actions of which the page tells, oldest first."""
    with sessions.read() as session:
        return list(session.scalars(select(ModelInstall).order_by(ModelInstall.created_at)))


def claim(now: datetime) -> ModelInstall | None:
    """Take up the oldest action that waits, or whose process is dead."""
    waits = model_actions.waits(ModelInstall, now)
    with sessions.read() as session:  # nothing waits nearly always, and reading locks nobody
        if session.scalar(select(ModelInstall.model).where(waits).limit(1)) is None:
            return None
    with sessions.write() as session:
        sessions.lock_table(session, ModelInstall.__tablename__)
        row = session.scalar(select(ModelInstall).where(waits).order_by(ModelInstall.created_at).limit(1))
        if row is not None:
            row.status, row.attempt, row.updated_at = Status.RUNNING, row.attempt + 1, now
        return row


def note_progress(model: str, attempt: int, progress: Progress, now: datetime) -> bool:
    """Store how far an action is; false if it was cancelled or taken over, and must stop."""
    return _write(
        model, attempt, now, doing=progress.doing[:200], done_bytes=progress.done_bytes,
        total_bytes=progress.total_bytes, bytes_per_second=progress.bytes_per_second,
    )  # fmt: skip


def finish(model: str, attempt: int, message: str, now: datetime) -> None:
    """The action has ended well."""
    _write(model, attempt, now, status=Status.DONE, message=message)


def fail(model: str, attempt: int, code: str, message: str, hint: str, now: datetime) -> None:
    """The action has failed."""
    _write(model, attempt, now, status=Status.FAILED, code=code, message=message, hint=hint)


def give_back(model: str, attempt: int, now: datetime) -> None:
    """The process was asked to leave: another goes on with the action."""
    _write(model, attempt, now, status=Status.QUEUED)


def _write(model: str, attempt: int, now: datetime, **values: object) -> bool:
    return model_actions.write(ModelInstall, ModelInstall.model == model, attempt, now, **values)
