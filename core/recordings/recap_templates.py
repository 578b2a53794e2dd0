"""What a recap can be asked to be like: the built-in templates, and those that an administrator adds.

A recording asks for a template by its name, and the text is looked up when the job starts: whoever waits gets a
corrected text too. A deleted template is no longer offered, but its text stays as long as something asks for it: who
asked gets it, and a recap that is made again for another reason does not turn into something else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from core.database.sessions import lock_table, read, write
from core.database.tables import LetterheadRow, Recording, ResumableUpload, Template, User, Version
from core.invalid_field import InvalidField
from core.recordings.shown_speakers import render_all_again
from core.typed_text import clean_lines, on_one_line

DEFAULT = "meeting"
#: The one whose whole text is what the user writes.
CUSTOM = "custom"
MAX_TITLE = 80
#: Characters of a template, and of what a user asks for beside it.
MAX_INSTRUCTIONS = 2000


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template to choose: its name, its title, and one line on what it gives."""

    name: str
    title: str
    about: str


BUILT_IN = (
    TemplateInfo("meeting", "Meeting", "What it came to, what was decided, who does what by when."),
    TemplateInfo("interview", "Interview", "What was asked, what the answers were, what was promised."),
    TemplateInfo("lecture", "Lecture", "The subject, its main points in order, what listeners are asked to do."),
    TemplateInfo("council", "Council minutes", "Motions, votes and their results, tasks given, questions left open."),
    TemplateInfo("one-on-one", "One-on-one", "What moved each of the two, what was agreed, what happens next."),
)
CUSTOM_PROMPT = TemplateInfo(CUSTOM, "Custom prompt", "Only what you ask for.")
#: Names with a meaning of their own, in addresses or in what programs ask for.
_RESERVED = {"new", "none", "auto", "default"}
_BUILT_IN_TITLES = {each.name: each.title for each in (*BUILT_IN, CUSTOM_PROMPT)}


class TemplateError(InvalidField):
    """A template cannot be kept as it was given."""

    default_message = "The template does not fit."


def list_available() -> list[TemplateInfo]:
    """The templates that can be chosen."""
    return [
        *BUILT_IN,
        *(TemplateInfo(each.name, each.title, _first_line(each.instructions)) for each in list_added()),
        CUSTOM_PROMPT,
    ]


def list_added() -> list[Template]:
    """The templates that administrators added, by title, with who made them."""
    query = select(Template).options(joinedload(Template.maker)).where(Template.removed_at.is_(None))
    with read() as session:
        return sorted(session.scalars(query), key=lambda each: each.title.casefold())


def get(name: str) -> Template | None:
    """A template that an administrator added, None where it is not offered."""
    with read() as session:
        found = session.get(Template, name)
    return found if found is not None and found.removed_at is None else None


def is_available(name: str) -> bool:
    """Whether a template can be chosen."""
    return name in _BUILT_IN_TITLES or get(name) is not None


def titles() -> dict[str, str]:
    """The title of each template by name, of deleted ones too."""
    with read() as session:
        return {**{each.name: each.title for each in session.scalars(select(Template))}, **_BUILT_IN_TITLES}


def add(title: str, instructions: str, made_by: User, now: datetime) -> Template:
    """Add a template; its name is made of its title. Raises TemplateError."""
    title, instructions = _clean_title(title), _check_instructions(instructions)
    with write() as session:
        lock_table(session, Template.__tablename__)
        _refuse_taken_title(session, title, None)
        taken = set(session.scalars(select(Template.name))) | set(_BUILT_IN_TITLES) | _RESERVED
        made = Template(
            name=_free_name(title, taken), title=title, instructions=instructions, made_at=now, made_by=made_by.id
        )
        session.add(made)
        return made


def change(name: str, title: str, instructions: str) -> bool:
    """Change title and text; the name stays, and so do recaps. False where it is not there. Raises TemplateError."""
    title, instructions = _clean_title(title), _check_instructions(instructions)
    with write() as session:
        lock_table(session, Template.__tablename__)
        found = session.get(Template, name)
        if found is None or found.removed_at is not None:
            return False
        _refuse_taken_title(session, title, name)
        found.title, found.instructions = title, instructions
        return True


def remove(name: str, now: datetime) -> bool:
    """Delete a template; recaps stay as they are. False where it is not there."""
    with write() as session:
        found = session.get(Template, name)
        if found is None or found.removed_at is not None:
            return False
        found.removed_at = now
        if session.execute(delete(LetterheadRow).where(LetterheadRow.template == name)).rowcount:  # type: ignore[attr-defined]
            render_all_again(session, now)
        session.flush()
        _delete_unused(session)
        return True


def count_recordings(name: str) -> int:
    """How many recordings ask for a template."""
    with read() as session:
        return session.scalar(select(func.count()).select_from(Recording).where(Recording.template == name)) or 0


def _delete_unused(session: Session) -> None:
    """Delete the texts of removed templates that nothing asks for any more."""
    used = set(session.scalars(select(Recording.template).union(select(Version.template))))
    used |= {options.get("template") for options in session.scalars(select(ResumableUpload.options))}
    unused = Template.name.not_in([name for name in used if name])
    session.execute(delete(Template).where(Template.removed_at.is_not(None), unused))


def resolve(name: str | None, own_words: str | None) -> tuple[str, str | None]:
    """The template that a job works by, and what it asks for beyond what is built in."""
    name = name or DEFAULT
    if name in _BUILT_IN_TITLES:
        return (name, own_words) if name != CUSTOM or own_words else (DEFAULT, None)
    with read() as session:
        found = session.get(Template, name)
    if found is None:
        return DEFAULT, own_words
    return name, "\n".join(filter(None, (found.instructions, own_words)))


def _clean_title(title: str) -> str:
    title = on_one_line(unicodedata.normalize("NFC", title))
    if not title:
        raise TemplateError("A template needs a title.", "Give it one that tells what it is for.", "title")
    if len(title) > MAX_TITLE:
        raise TemplateError(f"The title is longer than {MAX_TITLE} characters.", "Shorten it.", "title")
    return title


def _check_instructions(instructions: str) -> str:
    instructions = clean_lines(instructions)
    if not instructions:
        raise TemplateError("A template needs a text.", "Say what the recap should pay attention to.", "instructions")
    if len(instructions) > MAX_INSTRUCTIONS:
        raise TemplateError(
            f"The text has {len(instructions):,} characters.", f"Shorten it to {MAX_INSTRUCTIONS:,}.", "instructions"
        )
    return instructions


def _refuse_taken_title(session: Session, title: str, own: str | None) -> None:
    """Two of one title could not be told apart when choosing."""
    rows = session.scalars(select(Template).where(Template.removed_at.is_(None), Template.name != (own or "")))
    taken = {each.title.casefold() for each in rows} | {each.casefold() for each in _BUILT_IN_TITLES.values()}
    if title.casefold() in taken:
        raise TemplateError("There is a template of this title already.", "Choose another title.", "title")


def _free_name(title: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].rstrip("-") or "template"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def _first_line(text: str, most: int = 100) -> str:
    line = text.split("\n")[0]
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
