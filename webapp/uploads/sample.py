"""The sample meeting: a real recording that comes with RealRecap, to try it out."""

from __future__ import annotations

import shutil

import config
from library import queue, recordings
from library.models import Recording, User, utc_now
from webapp.uploads.sink import Sink

SAMPLE = config.ROOT / "audio_samples" / "launch-planning.mp3"
TITLE = "Product launch planning"
SECONDS = 218.0


def add(owner: User) -> Recording:
    """Put the sample meeting into the library of `owner`, just as if it had been uploaded."""
    sink = Sink(recordings.files().new_incoming(), SAMPLE.stat().st_size)
    try:
        with SAMPLE.open("rb") as source:
            shutil.copyfileobj(source, sink)
        sink.sync()
        upload = recordings.Upload(sink.path, SAMPLE.name, sink.size, sink.sha256)
        wished = recordings.Wishes(title=TITLE, language="en", num_speakers=3)
        recording = recordings.add(owner, upload, wished, utc_now())
    finally:
        sink.discard()
    queue.wake("cpu")
    return recording
