"""The table of `core.probes`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class Probe(Base):
    """One row, written to see whether the database takes writes."""

    __tablename__ = "probe"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
