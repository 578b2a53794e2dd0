"""The voices that a user lets be kept, and the names that they propose."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Select, delete, func, select

from core.database.sessions import forget_deleted, read, write
from core.database.tables import Recording, SpeakerName, User, VoicePrint
from pipeline.speakers.known_voices import Proposal, Voice, propose_names

MOST_PER_NAME = 20
"""Recordings that a known voice is made of: voices change, and a page should not read hundreds."""


def set_keeps_voices(user_id: str, keeps: bool) -> None:
    """Keep the voices of a user's next recordings, or keep none and forget those there are."""
    with write() as session:
        session.get_one(User, user_id, with_for_update=True).keeps_voices = keeps
        if not keeps:
            session.execute(delete(VoicePrint).where(VoicePrint.recording_id.in_(_owned(user_id))))
    if not keeps:
        forget_deleted()


def wants_voices(user_id: str) -> bool:
    """Whether the user lets voices be kept."""
    with read() as session:
        return session.get_one(User, user_id).keeps_voices


def keep_prints(recording_id: str, transcript_key: str, engine: str, by_speaker: Mapping[str, bytes]) -> None:
    """Keep the voices of a recording's speakers in place of earlier ones, unless its owner has changed their mind."""
    with write() as session:
        recording = session.get(Recording, recording_id)
        if recording is None or not session.get_one(User, recording.owner_id, with_for_update=True).keeps_voices:
            return
        session.execute(delete(VoicePrint).where(VoicePrint.recording_id == recording_id))
        for speaker_id, vector in by_speaker.items():
            key = {"recording_id": recording_id, "transcript_key": transcript_key, "speaker_id": speaker_id}
            session.add(VoicePrint(**key, engine=engine, vector=vector))


def list_known(user_id: str) -> dict[str, int]:
    """The names whose voices are known, with the number of recordings that each was named in."""
    recordings = func.count(VoicePrint.recording_id.distinct())
    query = _named(user_id).with_only_columns(SpeakerName.name, recordings).group_by(SpeakerName.name)
    with read() as session:
        found = dict(session.execute(query).all())
    return {name: found[name] for name in sorted(found, key=str.casefold)}


def forget_voice(user_id: str, name: str) -> int:
    """Forget all voices that the user gave this name; the name stays where it was given. Returns how many went."""
    with write() as session:
        prints = session.scalars(_named(user_id).where(SpeakerName.name == name)).all()
        for one in prints:
            session.delete(one)
    forget_deleted()
    return len(prints)


def propose(user_id: str, recording_id: str, transcript_key: str | None) -> dict[str, Proposal]:
    """Names for the speakers of a transcript who have none, by speaker, from the user's other recordings."""
    if transcript_key is None or not wants_voices(user_id):
        return {}
    with read() as session:
        own = session.scalars(
            select(VoicePrint).where(
                VoicePrint.recording_id == recording_id, VoicePrint.transcript_key == transcript_key
            )
        ).all()
        if not own:
            return {}
        given = select(SpeakerName.speaker_id, SpeakerName.name).where(
            SpeakerName.recording_id == recording_id, SpeakerName.transcript_key == transcript_key
        )
        named = dict(session.execute(given).all())
        query = _named(user_id).where(VoicePrint.recording_id != recording_id, VoicePrint.engine == own[0].engine)
        query = query.join(Recording, Recording.id == VoicePrint.recording_id).order_by(Recording.created_at.desc())
        rows = session.execute(query.with_only_columns(SpeakerName.name, VoicePrint.vector)).all()
    known: dict[str, list[Voice]] = defaultdict(list)
    for name, vector in rows:
        if name not in named.values() and len(known[name]) < MOST_PER_NAME:
            known[name].append(_read(vector))
    found = propose_names({one.speaker_id: _read(one.vector) for one in own}, known)
    return {speaker: proposal for speaker, proposal in found.items() if speaker not in named}


def _named(user_id: str) -> Select[VoicePrint]:
    """The voices of a user's recordings that have a name."""
    is_same = (
        (SpeakerName.recording_id == VoicePrint.recording_id)
        & (SpeakerName.transcript_key == VoicePrint.transcript_key)
        & (SpeakerName.speaker_id == VoicePrint.speaker_id)
    )
    return select(VoicePrint).join(SpeakerName, is_same).where(VoicePrint.recording_id.in_(_owned(user_id)))


def _owned(user_id: str) -> Select[str]:
    return select(Recording.id).where(Recording.owner_id == user_id)


def _read(vector: bytes) -> Voice:
    return array("f", vector)
