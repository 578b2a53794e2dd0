"""The table of the voices of speakers."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class VoicePrint(Base):
    """The voice of a speaker as float32 numbers, by the model `engine`; only of users who want names proposed.

    Whose it is says the name that people gave this speaker of this transcript, if any. It goes with its recording.
    """

    __tablename__ = "voice_print"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    transcript_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    speaker_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    engine: Mapped[str] = mapped_column(String(200))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
