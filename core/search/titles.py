"""Puts titles into the index at once, in the transaction that writes them: the rest of a recording takes its time."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from core.database.tables import SearchText
from core.search import postgresql_index, sqlite_index
from core.search.words import normalize

TITLE = "title"
MAX_SPEAKER = 80


def index_title(session: Session, recording_id: str, title: str) -> None:
    """Have a recording found by its title, and no longer by the one that it had."""
    session.execute(delete(SearchText).where(SearchText.recording_id == recording_id, SearchText.kind == TITLE))
    add_rows(session, recording_id, [(TITLE, None, None, title)])


def add_rows(session: Session, recording_id: str, rows: Iterable[tuple[str, float | None, str | None, str]]) -> None:
    """Index texts of a recording, each with its kind, its second and who says it."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    encode = sqlite_index.encode if is_sqlite else postgresql_index.encode
    made = [
        {
            "recording_id": recording_id, "kind": kind, "start": start, "speaker": speaker and speaker[:MAX_SPEAKER],
            "text": text, "words": encode(text),
        }
        for kind, start, speaker, text in ((*row[:3], normalize(row[3])) for row in rows)
    ]  # fmt: skip
    if made:
        session.execute(insert(SearchText), made)
