"""What people answered to the offers to merge or part the speakers of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.sessions import read, write
from core.database.tables import VoiceAnswer
from core.recordings.shown_speakers import about_transcript, find_transcript_key, render_again

ACCEPTED, DISMISSED = "accepted", "dismissed"


def get_answers(recording_id: str, transcript_key: str | None = None) -> dict[str, str]:
    """The answers by offer, for this transcript (by key); without it, for the one that the job works with."""
    query = select(VoiceAnswer.offer_id, VoiceAnswer.answer)
    with read() as session:
        return dict(session.execute(about_transcript(query, VoiceAnswer, recording_id, transcript_key)).all())


def get_accepted(recording_id: str, transcript_key: str | None = None) -> tuple[str, ...]:
    """The offers that were accepted, in order of their ids."""
    answers = get_answers(recording_id, transcript_key)
    return tuple(sorted(offer for offer, answer in answers.items() if answer == ACCEPTED))


def set_answer(recording_id: str, offer_id: str, answer: str | None, now: datetime) -> bool:
    """Keep the answer to an offer, None to take it back, and queue the PDF anew where that changes the speakers.

    False where there is no transcript yet. The recap itself stays as it is.
    """
    with write() as session:
        transcript_key = find_transcript_key(session, recording_id)
        if transcript_key is None:
            return False
        known = _find(session, recording_id, transcript_key, offer_id)
        before = known.answer if known else None
        if answer is not None:
            session.merge(_make(recording_id, transcript_key, offer_id, answer))
        elif known is not None:
            session.delete(known)
        if answer != before and ACCEPTED in (answer, before):
            render_again(session, recording_id, now)
    return True


def copy_answers(recording_id: str, before: str, after: str, offers: Mapping[str, str]) -> None:
    """Give the answers about one transcript (by key) to another; `offers` are the ids of its offers by the old ones."""
    with write() as session:
        for old in session.scalars(about_transcript(select(VoiceAnswer), VoiceAnswer, recording_id, before)).all():
            if old.offer_id in offers and _find(session, recording_id, after, offers[old.offer_id]) is None:
                session.add(_make(recording_id, after, offers[old.offer_id], old.answer))


def _find(session: Session, recording_id: str, transcript_key: str, offer_id: str) -> VoiceAnswer | None:
    return session.get(VoiceAnswer, (recording_id, transcript_key, offer_id))


def _make(recording_id: str, transcript_key: str, offer_id: str, answer: str) -> VoiceAnswer:
    return VoiceAnswer(recording_id=recording_id, transcript_key=transcript_key, offer_id=offer_id, answer=answer)
