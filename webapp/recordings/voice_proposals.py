"""Names that are proposed for the speakers of a recording, by voices that its owner named elsewhere."""

from __future__ import annotations

from typing import Any

from core.database.tables import Recording
from core.recordings import recaps, voice_prints
from pipeline.speakers.known_voices import Proposal


def find_proposals(recording: Recording, number: int | None = None) -> dict[str, Proposal]:
    """The proposals for the speakers of a recap, by speaker ID; none for people who keep no voices."""
    version = recaps.get_version(recording.id, number)
    return voice_prints.propose(recording.owner_id, recording.id, version.transcript_key if version else None)


def serialize_proposals(recording: Recording) -> list[dict[str, Any]]:
    """The proposals, as the API has them."""
    found = find_proposals(recording)
    return [{"speaker": id_, "name": one.name, "confidence": one.confidence} for id_, one in found.items()]
