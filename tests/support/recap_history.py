"""Recordings with versions of their recap, made as the workers make them but without listening."""

from __future__ import annotations

import hashlib
from typing import Any

from core import recap_versions
from core.database.tables import Recording
from core.jobs import claims, transitions
from core.jobs.claims import Claim
from core.recordings import recaps
from core.recordings.options import RecapOptions
from core.storage.store import file_store
from pipeline.catalogue import Step
from support.factories import NOW, make_recording, make_user
from support.worker_jobs import get


def key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keep_file(name: str, suffix: str) -> None:
    with file_store().publish(key_of(name), suffix) as path:
        path.write_bytes(name.encode())


def is_there(name: str) -> bool:
    return any(file_store().stage(key_of(name), suffix).exists() for suffix in (".json", ".pdf"))


def columns(says: str, template: str = "meeting") -> dict[str, Any]:
    about = {"template": template, "language": "en", "engine": "ollama", "model": "m", "digest": key_of(says)}
    facts = {"speakers": [], "decisions": len(says), "summary": about}
    return {"facts": facts, "warnings": [], "detected_language": "en"}


def take(queue: str) -> Claim:
    """Claim the next job of a queue."""
    claim = claims.claim(queue, "w", NOW, 60)
    assert claim is not None
    return claim


def process(recording: Recording, recap: str, says: str, heard: str | None = None) -> None:
    """The step that writes a recap, as a worker does it."""
    claim = take("gpu")
    assert claim.recording_id == recording.id
    transitions.enter_stage(claim, "summarize", NOW)
    if heard:
        assert transitions.note_result(claim, "transcript", key_of(heard))
    assert transitions.note_result(claim, "recap", key_of(recap))
    keep_file(recap, ".json")
    assert transitions.advance(claim, Step.RENDER, NOW, recording=columns(says))


def render(recording: Recording, recap: str) -> None:
    """The step that makes the PDF of a recap."""
    claim = take("cpu")
    assert claim.recording_id == recording.id
    assert transitions.note_result(claim, "pdf", key_of(f"pdf of {recap}"))
    keep_file(f"pdf of {recap}", ".pdf")
    assert transitions.finish(claim, NOW)


def written(recap: str = "one", owner: str = "ann", heard: str | None = None) -> Recording:
    """A recording whose first recap is there."""
    recording = make_recording(make_user(owner))
    claim = take("cpu")
    assert transitions.advance(claim, Step.LISTEN, NOW, recording={"duration_seconds": 60.0})
    process(recording, recap, recap, heard)
    render(recording, recap)
    return get(recording.id)


def rewrite(recording: Recording, recap: str, says: str | None = None, **choices: str) -> None:
    assert recaps.rewrite(recording.id, RecapOptions(**choices), NOW)
    process(recording, recap, says or recap)
    render(recording, recap)


def numbers(recording: Recording) -> list[int]:
    return [each.number for each in recap_versions.list_versions(recording.id)]


def shown(recording: Recording) -> tuple[int | None, bytes, bytes | None]:
    """The number of the version that is shown, what its recap says, and its PDF."""
    version, pdf = recaps.get_version(recording.id), recaps.pdf_path(recording.id)
    assert version is not None
    recap = file_store().find(version.key, ".json")
    assert recap is not None
    return get(recording.id).version, recap.read_bytes(), pdf.read_bytes() if pdf else None
