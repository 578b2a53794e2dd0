"""The index of SQLite: the FTS5 table `search_index`, which triggers keep like `search_text`."""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, delete, func, literal_column, select, text
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.orm import Session

from core.database.sessions import write
from core.database.tables import SearchText
from core.search.words import Phrase, list_words

#: How much is merged at a time, in pages; others write in between.
_PAGES = 500
_MERGE = text("INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)")
_DELETED = sql_table("search_index_deleted", sql_column("number", Integer))


def encode(kept: str) -> str | None:
    """The column `words` of a text; None: FTS5 finds the same words in the text itself."""
    return None if kept.isascii() and "_" not in kept else " ".join(word.text for word in list_words(kept))


def matches(phrase: Phrase) -> ColumnElement[bool]:
    """Whether a row of `search_text` has a phrase. Words are quoted, so none is an operator of FTS5."""
    quoted = f'"{" ".join(phrase.words)}"' + (" *" if phrase.is_begun else "")
    wanted = text("search_index MATCH :phrase").bindparams(bindparam("phrase", quoted, unique=True))
    found = select(literal_column("rowid", Integer)).select_from(sql_table("search_index")).where(wanted)
    return SearchText.id.in_(found)


def forget_deleted_words(seconds: float) -> bool:
    """Take the words of deleted rows out of the index, which keeps them until its parts are merged.

    Takes about `seconds` at most; False if more is left to do, which the next call goes on with.
    """
    until, pages = time.monotonic() + seconds, -_PAGES
    while True:
        with write() as session:
            if session.scalar(select(_DELETED.c.number)) is None:
                return True
            before = _count_changes(session)
            session.execute(_MERGE, {"pages": pages})
            if _count_changes(session) - before < 2:  # SQLite's own sign that nothing is left to merge
                session.execute(delete(_DELETED))
                return True
        if time.monotonic() > until:
            return False
        pages = _PAGES


def empty(connection: Connection) -> None:
    """Take everything out of the index of any SQLite database, much faster than row by row."""
    of_trigger = "SELECT sql FROM sqlite_master WHERE name = 'search_text_deleted'"
    trigger = connection.exec_driver_sql(of_trigger).scalar_one()
    connection.exec_driver_sql("DROP TRIGGER search_text_deleted")
    connection.execute(delete(SearchText))
    connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    connection.exec_driver_sql(trigger)


def _count_changes(session: Session) -> int:
    return session.scalars(select(func.total_changes(type_=Integer))).one()
