"""What people say about the speakers of a recording, and making the PDF anew with it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core import recap_versions
from core.database.tables import Job, Recording, Result, SpeakerName, Status, VoiceAnswer
from core.jobs import transitions
from pipeline.catalogue import Step

Columns = TypeVarTuple("Columns")


def about_transcript(
    query: Select[*Columns],
    table: type[SpeakerName] | type[VoiceAnswer],
    recording_id: str,
    transcript_key: str | None,
) -> Select[*Columns]:
    """What the query finds about a transcript (by key) of a recording; without key, about the one of its job."""
    query = query.where(table.recording_id == recording_id)
    if transcript_key is not None:
        return query.where(table.transcript_key == transcript_key)
    about = (Result.recording_id == table.recording_id) & (Result.key == table.transcript_key)
    return query.join(Result, about).where(Result.kind == "transcript")


def find_transcript_key(session: Session, recording_id: str) -> str | None:
    """The key of the transcript that people see: the job may have made another one since."""
    version = recap_versions.find(session, recording_id)
    if version is not None and version.transcript_key:
        return version.transcript_key
    result = session.get(Result, (recording_id, "transcript"))
    return result.key if result else None


def render_all_again(session: Session, now: datetime) -> None:
    """Queue the PDFs of all recordings that have one, in the transaction that changes what all of them show."""
    transitions.render_all_again(session, now)
    stopped = Job.status.in_((Status.FAILED, Status.CANCELLED))
    query = select(Recording.id).join(Job).where(Recording.version.is_not(None), stopped)
    for recording_id in session.scalars(query).all():
        render_again(session, recording_id, now)


def render_again(session: Session, recording_id: str, now: datetime) -> None:
    """Queue the PDF of the recap that is shown, in the transaction that changes its speakers.

    Also where a recap that was to be written again came to nothing.
    """
    if transitions.render_again(session, recording_id, now):
        return
    number = session.scalar(select(Recording.version).where(Recording.id == recording_id))
    version = recap_versions.find(session, recording_id, number) if number is not None else None
    if version is not None and version.pdf_key and transitions.start_again(session, recording_id, now, Step.RENDER):
        recap_versions.restore(session, version)
