"""The table of trials of language models."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utc_now
from core.database.base import Base


class ModelTrial(Base):
    """The trial of a language model, by the digest that Ollama gives it, and the result; see `core.model_trials`.

    `losses` counts processes that died at it. Figures are None until a trial has ended. `problems` says line by line
    why the model is not good enough, `message` and `hint` why a trial brought no result. `needs_bytes` is what the
    model takes of memory, 0 if unknown.
    """

    __tablename__ = "model_trial"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    model: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    progress: Mapped[float] = mapped_column(default=0.0)
    tried_at: Mapped[datetime | None]
    seconds_a_minute: Mapped[float | None]
    written: Mapped[int | None]
    proven: Mapped[int | None]
    decisions_found: Mapped[int | None]
    decisions: Mapped[int | None]
    tasks_found: Mapped[int | None]
    tasks: Mapped[int | None]
    needs_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    manner: Mapped[str] = mapped_column(String(200), default="")
    problems: Mapped[str] = mapped_column(Text, default="")
    code: Mapped[str] = mapped_column(String(32), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    hint: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
