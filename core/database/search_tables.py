"""The tables of the search."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class SearchText(Base):
    """A text in which the search looks: a title, the people, a point of the recap, or a segment of the transcript.

    `words` is what the database indexes (`core.search`). On SQLite, triggers keep the FTS5 table `search_index` like
    this table, so that a deleted recording is found no more. Its ids must not be used twice: they are FTS5's row ids.
    """

    __tablename__ = "search_text"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    start: Mapped[float | None]
    speaker: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))

    __table_args__ = (
        Index(None, "recording_id", "kind"),
        Index(None, "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )


class SearchEntry(Base):
    """Which recap of a recording the search knows: the key of its PDF, or of itself where it has none."""

    __tablename__ = "search_entry"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
