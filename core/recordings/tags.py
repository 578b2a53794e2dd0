"""The tags that users give their recordings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.database.sessions import read, write
from core.database.tables import Recording, RecordingTag
from core.typed_text import on_one_line
from pipeline.errors import PipelineError

MAX_TAGS, MAX_LENGTH = 20, 40


class InvalidTags(PipelineError):
    """Tags that cannot be given."""

    code = "invalid_request"
    default_message = f"A recording has at most {MAX_TAGS} tags."
    default_hint = "Remove one first."


def clean_tag(typed: str) -> str:
    """A tag on one line. Raises InvalidTags if it is empty or too long."""
    tag = " ".join(on_one_line(typed).split())
    if not tag:
        raise InvalidTags("The tag is empty.", "Enter a word, such as budget.")
    if "," in tag:
        raise InvalidTags("A tag contains a comma.", "Commas separate tags.")
    if len(tag) > MAX_LENGTH:
        raise InvalidTags(f"A tag is longer than {MAX_LENGTH} characters.", "Choose a shorter one.")
    return tag


def parse_tags(typed: str) -> tuple[str, ...]:
    """The tags of a field, which commas separate. Raises InvalidTags."""
    return clean_tags(part for part in typed.split(",") if part.strip())


def clean_tags(typed: Iterable[str]) -> tuple[str, ...]:
    """Tags without those that come twice. Raises InvalidTags."""
    tags = tuple(dict.fromkeys(map(clean_tag, typed)))
    if len(tags) > MAX_TAGS:
        raise InvalidTags()
    return tags


def tags_of(recording_ids: Collection[str]) -> dict[str, list[str]]:
    """The tags of recordings in the order of the alphabet; those without any are missing."""
    query = select(RecordingTag).where(RecordingTag.recording_id.in_(recording_ids))
    found = defaultdict(list)
    with read() as session:
        for row in session.scalars(query.order_by(func.lower(RecordingTag.tag), RecordingTag.tag)):
            found[row.recording_id].append(row.tag)
    return dict(found)


def list_tags(owner_id: str) -> list[str]:
    """All tags of a user."""
    query = select(RecordingTag.tag).distinct().join(Recording).where(Recording.owner_id == owner_id)
    with read() as session:
        return sorted(session.scalars(query), key=lambda tag: (tag.casefold(), tag))


def set_tags(recording_id: str, tags: Collection[str]) -> None:
    """Give a recording these tags and no others."""
    with write() as session:
        if _lock(session, recording_id):
            session.execute(delete(RecordingTag).where(RecordingTag.recording_id == recording_id))
            session.add_all(RecordingTag(recording_id=recording_id, tag=tag) for tag in tags)


def add_tag(recording_id: str, tag: str) -> None:
    """Give a recording a tag more. Raises InvalidTags if it has too many."""
    with write() as session:
        if not _lock(session, recording_id):
            return
        has = select(RecordingTag.tag).where(RecordingTag.recording_id == recording_id)
        known = set(session.scalars(has))
        if len(known | {tag}) > MAX_TAGS:
            raise InvalidTags()
        if tag not in known:
            session.add(RecordingTag(recording_id=recording_id, tag=tag))


def remove_tag(recording_id: str, tag: str) -> None:
    """Take a tag from a recording, if it has it."""
    which = delete(RecordingTag).where(RecordingTag.recording_id == recording_id, RecordingTag.tag == tag)
    with write() as session:
        session.execute(which)


def _lock(session: Session, recording_id: str) -> bool:
    """Keep others from changing the tags of a recording; False where it is gone."""
    return session.get(Recording, recording_id, with_for_update=True) is not None
