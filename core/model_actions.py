"""What is asked of a model and takes long, one row a model: what installs and trials have in common.

Each write names its attempt, so that a process that was cancelled or given up changes nothing more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update

from core.database import sessions
from core.database.tables import ModelInstall, ModelTrial, Status

Table = type[ModelInstall] | type[ModelTrial]
#: A process that has not written for this long is dead; another takes its work up.
SILENT = timedelta(seconds=120)
ACTIVE = (Status.QUEUED, Status.RUNNING)


def waits(table: Table, now: datetime) -> ColumnElement[bool]:
    """The condition that a row waits to be taken up, or that its process is dead."""
    is_silent = and_(table.status == Status.RUNNING, table.updated_at < now - SILENT)
    return or_(table.status == Status.QUEUED, is_silent)


def cancel(table: Table, which: ColumnElement[bool], now: datetime) -> bool:
    """Stop the work of the row for which the condition holds; false if none is under way."""
    values = {"status": Status.CANCELLED, "attempt": table.attempt + 1, "updated_at": now}
    with sessions.write() as session:
        done = session.execute(update(table).where(which, table.status.in_(ACTIVE)).values(values))
        return bool(done.rowcount)  # type: ignore[attr-defined]


def write(table: Table, which: ColumnElement[bool], attempt: int, now: datetime, **values: object) -> bool:
    """Change the row for which the condition holds; false if it was cancelled or taken over since this attempt."""
    mine = (which, table.attempt == attempt, table.status == Status.RUNNING)
    with sessions.write() as session:
        done = session.execute(update(table).where(*mine).values(updated_at=now, **values))
        return bool(done.rowcount)  # type: ignore[attr-defined]
