"""Finished recordings with known voices."""

from __future__ import annotations

from array import array

from core.database.tables import Recording, User
from core.recordings import recaps, voice_prints
from support import meetings


def finish_with_voices(user: User, title: str, *vectors: tuple[float, float]) -> Recording:
    """A finished recording whose first speakers have these voices."""
    recording = meetings.finished(user, title)
    by_speaker = {f"s{number}": array("f", vector).tobytes() for number, vector in enumerate(vectors, 1)}
    voice_prints.keep_prints(recording.id, transcript_key(recording), "model", by_speaker)
    return recording


def transcript_key(recording: Recording) -> str:
    version = recaps.get_version(recording.id)
    assert version is not None
    assert version.transcript_key
    return version.transcript_key
