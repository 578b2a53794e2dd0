"""The table of how fast stages are here."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class StageSpeed(Base):
    """What a stage takes here: seconds of work a second of audio, a moving average."""

    __tablename__ = "stage_speed"

    stage: Mapped[str] = mapped_column(String(16), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    ratio: Mapped[float]
