"""The table of administrators who were led through the set-up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class FirstSteps(Base):
    """An administrator who was shown the first steps after logging in; `skipped` has the names of steps left out."""

    __tablename__ = "first_steps"

    user_id: Mapped[str] = mapped_column(String(32), ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    skipped: Mapped[list[Any]] = mapped_column(default=list)
