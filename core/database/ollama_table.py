"""The table of `core.ollama_circuit`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class OllamaHealth(Base):
    """How the calls of all workers to one Ollama went lately; without a row the last one went well.

    `reason` is a code of `core.ollama_circuit`, never a word of a recording.
    """

    __tablename__ = "ollama_health"

    host: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(32))
    failed_at: Mapped[datetime]
    open_until: Mapped[datetime | None] = mapped_column("resting_until")
