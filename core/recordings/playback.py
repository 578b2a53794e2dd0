"""What a player needs of a recording: its sound and the outline of it."""

from __future__ import annotations

import json
from pathlib import Path

from core.recordings.recaps import result_path
from pipeline.catalogue import PLAYBACK_SUFFIX


def find_sound(recording_id: str) -> Path | None:
    """The sound that browsers play; None where there is none: not yet, or the recording is older than such sounds."""
    return result_path(recording_id, "audio", PLAYBACK_SUFFIX)


def load_peaks(recording_id: str) -> tuple[int, ...]:
    """The waveform as bars of equal length, 0 to 100; empty where it is not there (yet)."""
    path = result_path(recording_id, "audio", ".json")
    return tuple(json.loads(path.read_bytes())["result"]["peaks"]) if path else ()
