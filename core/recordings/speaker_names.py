"""The names that people give to the speakers of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.sessions import read, write
from core.database.tables import SpeakerName
from core.recordings.shown_speakers import about_transcript, find_transcript_key, render_again
from core.typed_text import on_one_line

MAX_NAME = 80


def clean_name(name: str) -> str:
    """A name as it is kept: on one line, without control characters, at most 80 characters."""
    return on_one_line(name)[:MAX_NAME].strip()


def get_names(recording_id: str, transcript_key: str | None = None) -> dict[str, str]:
    """The names given so far, by speaker id; none for a transcript that was diarized again since.

    `transcript_key` is the transcript that is looked at; without it, the one that the job works with.
    """
    with read() as session:
        return _names_of(session, recording_id, transcript_key)


def set_names(recording_id: str, names: dict[str, str], now: datetime) -> bool:
    """Keep names by speaker id, an empty one to forget it, and queue the PDF anew.

    False where there is no transcript yet. The recap itself stays as it is.
    """
    with write() as session:
        transcript_key = find_transcript_key(session, recording_id)
        if transcript_key is None:
            return False
        for speaker_id, given in names.items():
            key = {"recording_id": recording_id, "transcript_key": transcript_key, "speaker_id": speaker_id}
            if cleaned := clean_name(given):
                session.merge(SpeakerName(**key, name=cleaned))
            elif known := session.get(SpeakerName, key):
                session.delete(known)
        render_again(session, recording_id, now)
    return True


def copy_names(recording_id: str, before: str, after: str, ids: Mapping[str, str]) -> None:
    """Give the names of one transcript (by key) to another that has none yet; `ids` says who is who."""
    names = get_names(recording_id, before)
    put_names(recording_id, after, {ids[speaker_id]: name for speaker_id, name in names.items() if speaker_id in ids})


def put_names(recording_id: str, transcript_key: str, names: Mapping[str, str]) -> None:
    """Keep names by speaker id, unless the transcript has some already; nothing is rendered anew."""
    with write() as session:
        if _names_of(session, recording_id, transcript_key):
            return
        for speaker_id, name in names.items():
            key = {"recording_id": recording_id, "transcript_key": transcript_key, "speaker_id": speaker_id}
            session.add(SpeakerName(**key, name=name))


def _names_of(session: Session, recording_id: str, transcript_key: str | None) -> dict[str, str]:
    query = select(SpeakerName.speaker_id, SpeakerName.name)
    return dict(session.execute(about_transcript(query, SpeakerName, recording_id, transcript_key)).all())
