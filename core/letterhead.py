"""The letterhead of all documents, which administrators set."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete

from core.database.letterhead_table import THE_LETTERHEAD
from core.database.sessions import lock_table, read, write
from core.database.tables import LetterheadRow
from core.invalid_field import InvalidField
from core.recordings.shown_speakers import render_all_again
from core.typed_text import on_one_line
from pipeline.render.letterhead import A4, PAPERS, InvalidColour, Letterhead, make_readable

#: The most characters of each text.
LIMITS = {"name": 120, "address": 200, "footer": 200}


class LetterheadError(InvalidField):
    """A letterhead cannot be kept as it was given."""

    default_message = "The letterhead does not fit."


def get_letterhead() -> Letterhead | None:
    """The letterhead; None as long as nobody has set one."""
    with read() as session:
        row = session.get(LetterheadRow, THE_LETTERHEAD)
        return _to_letterhead(row) if row else None


def fill_letterhead(logo: bytes, typed: Mapping[str, str]) -> Letterhead:
    """A letterhead with the texts and the colour as typed; a colour too light to be read is darkened.

    Raises LetterheadError.
    """
    texts = {field: on_one_line(unicodedata.normalize("NFC", typed.get(field, ""))) for field in LIMITS}
    for field, most in LIMITS.items():
        if len(texts[field]) > most:
            raise LetterheadError(f"This has {len(texts[field])} characters.", f"Use at most {most}.", field)
    colour, paper = typed.get("colour", "").strip(), typed.get("paper", A4)
    if paper not in PAPERS:
        raise LetterheadError("There is no such paper.", "Choose A4 or Letter.", "paper")
    try:
        return replace(Letterhead(logo, **texts), paper=paper, colour=make_readable(colour) if colour else "")
    except InvalidColour as error:
        raise LetterheadError(error.message, error.hint, "colour") from error


def keep_letterhead(letterhead: Letterhead, user_id: str, now: datetime) -> bool:
    """Set the letterhead, or take it away if it is empty, and queue every PDF anew. False if nothing changes."""
    with write() as session:
        lock_table(session, LetterheadRow.__tablename__)
        row = session.get(LetterheadRow, THE_LETTERHEAD)
        if letterhead == (_to_letterhead(row) if row else Letterhead()):
            return False
        if letterhead.is_empty:
            session.execute(delete(LetterheadRow))
        else:
            session.merge(_to_row(letterhead, user_id, now))
        render_all_again(session, now)
    return True


def _to_letterhead(row: LetterheadRow) -> Letterhead:
    return Letterhead(row.logo, row.name, row.address, row.footer, row.colour, row.paper)


def _to_row(letterhead: Letterhead, user_id: str, now: datetime) -> LetterheadRow:
    return LetterheadRow(
        number=THE_LETTERHEAD,
        logo=letterhead.logo,
        name=letterhead.name,
        address=letterhead.address,
        footer=letterhead.footer,
        colour=letterhead.colour,
        paper=letterhead.paper,
        changed_by=user_id,
        changed_at=now,
    )
