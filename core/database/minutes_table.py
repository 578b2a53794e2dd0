"""The table of what people fill in of the minutes of a recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class MinutesRow(Base):
    """What was filled in, as `pipeline.minutes.filled` defines it. `number` counts how often it was saved."""

    __tablename__ = "minutes"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int]
    filled: Mapped[dict[str, Any]] = mapped_column(default=dict)
    user_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("user.id", ondelete="SET NULL"))
    saved_at: Mapped[datetime]
