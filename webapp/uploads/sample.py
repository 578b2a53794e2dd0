"""The sample meeting: a real recording that comes with RealRecap, to try it out."""

from __future__ import annotations

import shutil

import config
from core.clock import utc_now
from core.database.tables import Recording, User
from core.queue import notifications
from core.recordings import options
from core.storage.store import file_store
from core.uploads import intake
from webapp.uploads.sink import Sink

SAMPLE = config.ROOT / "audio_samples" / "launch-planning.mp3"
TITLE = "Product launch planning"
SECONDS = 218.0


def add(owner: User) -> Recording:
    """Put the sample meeting into the library of `owner`, just as if it had been uploaded."""
    sink = Sink(file_store().new_incoming(), SAMPLE.stat().st_size)
    try:
        with SAMPLE.open("rb") as source:
            shutil.copyfileobj(source, sink)
        sink.sync()
        upload = intake.ArrivedFile(sink.path, SAMPLE.name, sink.size, sink.sha256)
        wished = options.UploadOptions(title=TITLE, language="en", num_speakers=3)
        recording = intake.take_in(owner, upload, wished, utc_now())
    finally:
        sink.discard()
    notifications.notify("cpu")
    return recording
