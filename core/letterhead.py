"""The letterheads of documents, which administrators set: one for all, and others for recaps of some templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.letterhead_table import FOR_ALL
from core.database.sessions import lock_table, read, write
from core.database.tables import LetterheadRow
from core.invalid_field import InvalidField
from core.recordings import recap_templates
from core.recordings.shown_speakers import render_all_again
from core.typed_text import on_one_line
from pipeline.render.letterhead import A4, PAPERS, InvalidColour, Letterhead, make_readable

#: The most characters of each text.
LIMITS = {"name": 120, "address": 200, "footer": 200}


class LetterheadError(InvalidField):
    """A letterhead cannot be kept as it was given."""

    default_message = "The letterhead does not fit."


def get_letterhead(template: str | None = None) -> Letterhead | None:
    """The letterhead of recaps of a template (None: the default one), else that of all; None if nobody has set one."""
    return get_own_letterhead(template or recap_templates.DEFAULT) or get_own_letterhead(None)


def get_own_letterhead(template: str | None) -> Letterhead | None:
    """The letterhead of one template alone, or with None the one for all others; None if nobody has set it."""
    with read() as session:
        row = _find(session, template)
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


def keep_letterhead(letterhead: Letterhead, user_id: str, now: datetime, template: str | None = None) -> bool:
    """Set a letterhead, or take it away if it is empty, and queue every PDF anew. False if nothing changes."""
    with write() as session:
        lock_table(session, LetterheadRow.__tablename__)
        row = _find(session, template)
        if letterhead == (_to_letterhead(row) if row else Letterhead()):
            return False
        if row is None:
            row = LetterheadRow(number=_next_number(session) if template else FOR_ALL, template=template)
            session.add(row)
        if letterhead.is_empty:
            session.delete(row)
        else:
            for field in ("logo", "name", "address", "footer", "colour", "paper"):
                setattr(row, field, getattr(letterhead, field))
            row.changed_by, row.changed_at = user_id, now
        render_all_again(session, now)
    return True


def _find(session: Session, template: str | None) -> LetterheadRow | None:
    return session.scalar(select(LetterheadRow).where(LetterheadRow.template == template))


def _next_number(session: Session) -> int:
    """After that of all, which may come later."""
    return max(FOR_ALL, session.scalar(select(func.max(LetterheadRow.number))) or 0) + 1


def _to_letterhead(row: LetterheadRow) -> Letterhead:
    return Letterhead(row.logo, row.name, row.address, row.footer, row.colour, row.paper)
