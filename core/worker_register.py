"""The workers that are alive, and what each works with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.database.sessions import read
from core.database.tables import Worker


def live_workers(now: datetime, within_seconds: float = 60) -> list[Any]:
    """The workers that reported lately."""
    with read() as session:
        rows = session.scalars(select(Worker)).all()
    return [row for row in rows if (now - row.seen_at).total_seconds() < within_seconds]
