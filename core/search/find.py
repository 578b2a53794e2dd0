"""Finds recordings by words, and the places where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.database.sessions import engine, read
from core.database.tables import Recording, SearchText
from core.search import postgresql_index, sqlite_index
from core.search.titles import TITLE
from core.search.words import Match, Phrase, find_matches

#: How many places of a recording are compared, and how many of them are told.
_LOOKED_AT, SHOWN = 40, 3
#: About how many characters are told before and after the first word that was found.
_BEFORE, _LENGTH = 60, 180


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where words stand: the second if it has one, who says it, and the text in pieces, found ones marked."""

    kind: str
    start: float | None
    speaker: str | None
    pieces: tuple[tuple[str, bool], ...]


def has_phrases(phrases: Sequence[Phrase]) -> ColumnElement[bool]:
    """Whether a recording has all of the phrases, wherever each stands. Whose it is, the query has to ask itself."""
    with_one = (select(SearchText.recording_id).where(_matches(phrase)) for phrase in phrases)
    return and_(*(Recording.id.in_(each) for each in with_one))


def _matches(phrase: Phrase) -> ColumnElement[bool]:
    if engine().dialect.name == "sqlite":
        return sqlite_index.matches(phrase)
    return postgresql_index.matches(phrase)


def find_hits(owner_id: str, recording_ids: Collection[str], phrases: Sequence[Phrase]) -> dict[str, list[Hit]]:
    """The best places of recordings of a user: those with most of the phrases, then the earliest."""
    if not phrases:
        return {}
    place = func.row_number().over(partition_by=SearchText.recording_id, order_by=SearchText.id).label("place")
    found = (
        select(SearchText, place)
        .join(Recording, Recording.id == SearchText.recording_id)
        .where(Recording.owner_id == owner_id, Recording.id.in_(recording_ids), SearchText.kind != TITLE)
        .where(or_(*map(_matches, phrases)))
        .subquery()
    )
    columns = (found.c.recording_id, found.c.kind, found.c.start, found.c.speaker, found.c.text)
    ranked = defaultdict(list)
    with read() as session:
        for row in session.execute(select(*columns).where(found.c.place <= _LOOKED_AT).order_by(found.c.id)):
            matches, count = find_matches(row.text, phrases)
            ranked[row.recording_id].append((-count, Hit(row.kind, row.start, row.speaker, _cut(row.text, matches))))
    return {
        recording_id: [hit for _, hit in sorted(hits, key=lambda each: each[0])[:SHOWN]]
        for recording_id, hits in ranked.items()
    }


def _cut(text: str, matches: Sequence[Match]) -> tuple[tuple[str, bool], ...]:
    """The part of a text around the first match, in pieces; the second of a piece says whether it was found."""
    first = max(0, matches[0].start - _BEFORE) if matches else 0
    if first:
        first = text.find(" ", first, matches[0].start) + 1 or first
    last = min(len(text), max(first + _LENGTH, matches[0].end if matches else 0))
    if last < len(text):
        last = max(text.rfind(" ", first, last), matches[0].end if matches else 0) or last
    pieces, at = [("…", False)] if first else [], first
    for match in matches:
        if match.end > last:
            break
        pieces += [(text[at : match.start], False), (text[match.start : match.end], True)]
        at = match.end
    pieces += [(text[at:last], False), ("…" if last < len(text) else "", False)]
    return tuple(piece for piece in pieces if piece[0])
