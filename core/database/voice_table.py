"""The table of answers to offers about voices."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class VoiceAnswer(Base):
    """What people answered to an offer to merge or part speakers: `accepted` or `dismissed`.

    `transcript_key` is the transcript that it was about, as for names.
    """

    __tablename__ = "voice_answer"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    transcript_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    offer_id: Mapped[str] = mapped_column(String(48), primary_key=True)
    answer: Mapped[str] = mapped_column(String(16))
