"""Takes what was deleted out of the index of the search."""

from __future__ import annotations

from core.database.sessions import engine
from core.search.sqlite_index import forget_deleted_words

#: How long a request that deletes waits for the index to forget; the rest is done within ten minutes.
FORGET_SECONDS = 2.0


def forget_deleted() -> bool:
    """Take words of deleted recordings out of the files of the index; False if there is more to do than time."""
    return engine().dialect.name != "sqlite" or forget_deleted_words(FORGET_SECONDS)
