"""The table of letterheads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base

#: The number of the letterhead of all documents that have none of their own.
FOR_ALL = 1


class LetterheadRow(Base):
    """What `pipeline.render.letterhead` describes; `changed_by` is the administrator who changed it last.

    `template` is that of the recaps which have it, None: all others.
    """

    __tablename__ = "letterhead"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=FOR_ALL)
    logo: Mapped[bytes] = mapped_column(default=b"")
    name: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    footer: Mapped[str] = mapped_column(String(200), default="")
    colour: Mapped[str] = mapped_column(String(7), default="")
    paper: Mapped[str] = mapped_column(String(8), default="a4", server_default="a4")
    template: Mapped[str | None] = mapped_column(String(64), index=True)
    changed_by: Mapped[str | None] = mapped_column(String(32), ForeignKey("user.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]
