"""The sound of a recording for its player, as the step `prepare` leaves it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.database.sessions import write
from core.database.tables import Recording
from core.storage import references
from core.storage.store import file_store
from pipeline.catalogue import PLAYBACK_SUFFIX
from pipeline.playback import write_playback
from pipeline.samples import compute_peaks
from support.voices import voice

MEETING = "launch-planning.mp3"


@cache
def make_sound(seconds: float) -> tuple[bytes, list[int]]:
    """The beginning of a sample meeting as browsers play it, and its peaks."""
    samples = voice(MEETING, 0.0, seconds)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        write_playback(samples, path, lambda _: None)
        return path.read_bytes(), compute_peaks(samples)


def keep_sound(recording: Recording, seconds: float = 219.0) -> bytes:
    """Give a recording its sound and peaks; returns the bytes of the sound."""
    sound, peaks = make_sound(seconds)
    key = hashlib.sha256(f"{recording.id} audio".encode()).hexdigest()
    with write() as session:
        references.note_result(session, recording.id, "audio", key)
    with file_store().publish(key, PLAYBACK_SUFFIX) as path:
        path.write_bytes(sound)
    with file_store().publish(key, ".json") as path:
        path.write_text(json.dumps({"result": {"peaks": peaks}}))
    return sound
