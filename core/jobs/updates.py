"""The conditional UPDATE behind every change of a job's state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from core.database.sessions import write
from core.database.tables import Job
from pipeline.errors import PipelineError


def change(condition: ColumnElement[bool], **values: Any) -> bool:
    with write() as session:
        return change_within(session, condition, **values)


def change_within(session: Session, condition: ColumnElement[bool], **values: Any) -> bool:
    changed: Any = session.execute(
        update(Job).where(condition).values(**values).execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)


def error_columns(error: PipelineError) -> dict[str, Any]:
    return {
        "error_code": error.code,
        "error_message": error.message,
        "error_hint": error.hint,
        "error_retryable": error.retryable,
    }
