"""What was heard so far of a recording that is being transcribed."""

from __future__ import annotations

import json

from core.database.sessions import read
from core.database.tables import Result
from core.storage.store import file_store
from pipeline.recap import Segment, WindowText, from_json


def partial_transcript(recording_id: str) -> tuple[Segment, ...]:
    """What was heard so far, without speakers: from the saved batches, or the whole transcription once it is there."""
    with read() as session:
        row = session.get(Result, (recording_id, "transcribe"))
    if row is None:
        return ()
    whole = file_store().find(row.key, ".json")
    if whole:
        windows = from_json(tuple[WindowText, ...], json.dumps(json.loads(whole.read_bytes())["result"]["windows"]))
    else:
        windows = tuple(
            text for part in file_store().parts(row.key) for text in from_json(tuple[WindowText, ...], part)
        )
    first = {text.window: text for text in reversed(windows)}  # a window saved twice counts once
    phrases = [phrase for text in first.values() for phrase in text.phrases]
    return tuple(
        Segment(id=f"p{number}", start=phrase.start, end=phrase.end, text=phrase.text.strip())
        for number, phrase in enumerate(sorted(phrases, key=lambda phrase: phrase.start), 1)
    )
