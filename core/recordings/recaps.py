"""The recap of a recording: the current one, an earlier version, or one to be written again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from core import recap_versions
from core.database.sessions import read, write
from core.database.tables import Recording, Version
from core.jobs import transitions
from core.recordings import edits, queries, reviews, speaker_names, voice_answers
from core.recordings.details import details_of
from core.recordings.options import RecapOptions
from core.storage import references
from core.storage.store import file_store
from pipeline.accepted_offers import apply_offers, show_speakers
from pipeline.catalogue import Step
from pipeline.details.show import show_details
from pipeline.reading.draft import mark_draft
from pipeline.recap import Recap, Transcript, from_json


def result_path(recording_id: str, kind: str, suffix: str) -> Path | None:
    """The file of a recording's result, None where it is not there (yet)."""
    key = references.key_of(recording_id, kind)
    return file_store().find(key, suffix) if key else None


def load_recap(recording_id: str, number: int | None = None) -> Recap | None:
    """The recap that is shown, or the version of that number, with the meeting's details, edits and speakers' names.

    What is shown is marked while it waits for a review. None where it is not there (yet).
    """
    version = get_version(recording_id, number)
    recap = _read_shown(recording_id, version)
    if version is None or recap is None:
        return None
    accepted = voice_answers.get_accepted(recording_id, version.transcript_key)
    names = speaker_names.get_names(recording_id, version.transcript_key)
    shown = show_speakers(recap, accepted, names, edits.get_edits(recording_id))
    return mark_draft(shown) if number is None and reviews.is_draft(recording_id) else shown


def load_unedited(recording_id: str) -> Recap | None:
    """The recap that is shown as edits are laid over it: with the offers that were accepted, without names.

    None where it is not there (yet).
    """
    version = get_version(recording_id)
    recap = _read_shown(recording_id, version)
    if version is None or recap is None:
        return None
    return apply_offers(recap, voice_answers.get_accepted(recording_id, version.transcript_key))


def _read_shown(recording_id: str, version: Version | None) -> Recap | None:
    """The recap of a version with the title and the details that the recording has now."""
    recap, recording = _read_recap(version), queries.get(recording_id)
    if recap is None or recording is None:
        return None
    return show_details(recap, recording.title, details_of(recording))


def _read_recap(version: Version | None) -> Recap | None:
    path = file_store().find(version.key, ".json") if version else None
    return from_json(Recap, path.read_bytes()) if path else None


def get_version(recording_id: str, number: int | None = None) -> Version | None:
    """A version of the recap; without a number the one that is shown."""
    with read() as session:
        return recap_versions.find(session, recording_id, number)


def pdf_path(recording_id: str) -> Path | None:
    """The PDF of the recap that is shown, None where it is not there (yet)."""
    version = get_version(recording_id)
    return file_store().find(version.pdf_key, ".pdf") if version and version.pdf_key else None


def rewrite(recording_id: str, options: RecapOptions, now: datetime) -> bool:
    """Have the recap written as now chosen; what does not depend on the choice is found, not computed.

    False while the job is not over; then nothing changes.
    """
    with write() as session:
        if not transitions.start_again(session, recording_id, now, Step.SUMMARIZE):
            return False
        session.execute(update(Recording).where(Recording.id == recording_id).values(**asdict(options)))
        return True


def use_version(recording_id: str, number: int, now: datetime) -> bool:
    """Make a version the one that is shown, once its PDF is made. False while the job is not over, or without it."""
    with write() as session:
        version = session.get(Version, (recording_id, number))
        if version is None or not transitions.start_again(session, recording_id, now, Step.RENDER):
            return False
        recap_versions.restore(session, version)
        return True


def load_transcript(recording_id: str) -> Transcript | None:
    """The transcript that is shown, as it was made: without what people say about its speakers.

    None where it is not there (yet).
    """
    recap = _read_recap(get_version(recording_id))
    return recap.transcript if recap else None
