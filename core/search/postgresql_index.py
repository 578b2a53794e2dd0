"""The index of PostgreSQL: the column `words` of `search_text`, a tsvector of our words with a GIN index."""

from __future__ import annotations

from sqlalchemy import ColumnElement, cast
from sqlalchemy.dialects.postgresql import TSQUERY

from core.database.tables import SearchText
from core.search.words import Phrase, list_words

#: The last place that a tsvector can note.
_LAST_PLACE = 16_383


def encode(kept: str) -> str:
    """The column `words` of a text."""
    words = enumerate(list_words(kept), 1)
    return " ".join(f"'{word.text}':{min(place, _LAST_PLACE)}" for place, word in words)


def matches(phrase: Phrase) -> ColumnElement[bool]:
    """Whether a row of `search_text` has a phrase. Words have no signs and are quoted, so none is an operator."""
    wanted = " <-> ".join(f"'{word}'" for word in phrase.words) + (":*" if phrase.is_begun else "")
    return SearchText.words.op("@@", is_comparison=True)(cast(wanted, TSQUERY))
