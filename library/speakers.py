"""The names that people give to the speakers of a recording."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from library import jobs
from library.database import read, write
from library.models import Result, SpeakerName

MAX_NAME = 80


def clean_name(name: str) -> str:
    """A name as it is kept: on one line, without control characters, at most 80 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:MAX_NAME].strip()


def names_of(recording_id: str, transcript_key: str | None = None) -> dict[str, str]:
    """The names given so far, by speaker id; none for a transcript that was told apart anew since.

    `transcript_key` is the transcript that is looked at; without it, the one that the job works with.
    """
    query = select(SpeakerName.speaker_id, SpeakerName.name).where(SpeakerName.recording_id == recording_id)
    if transcript_key is not None:
        query = query.where(SpeakerName.transcript_key == transcript_key)
    else:
        named = (Result.recording_id == SpeakerName.recording_id) & (Result.key == SpeakerName.transcript_key)
        query = query.join(Result, named).where(Result.kind == "transcript")
    with read() as session:
        return {speaker_id: name for speaker_id, name in session.execute(query)}


def give_names(recording_id: str, names: dict[str, str], now: datetime) -> bool:
    """Keep names by speaker id, an empty one to forget it, and queue the PDF anew.

    False where there is no transcript yet. The recap itself stays as it is.
    """
    with write() as session:
        result = session.get(Result, (recording_id, "transcript"))
        if result is None:
            return False
        for speaker_id, given in names.items():
            key = (recording_id, result.key, speaker_id)
            if cleaned := clean_name(given):
                session.merge(SpeakerName(recording_id=key[0], transcript_key=key[1], speaker_id=key[2], name=cleaned))
            else:
                same = (SpeakerName.recording_id == recording_id, SpeakerName.transcript_key == result.key)
                session.execute(delete(SpeakerName).where(*same, SpeakerName.speaker_id == speaker_id))
        jobs.render_again(session, recording_id, now)
    return True
