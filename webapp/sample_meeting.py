"""The sample meeting: a real recording that comes with RealRecap, to try it out."""

from __future__ import annotations

import config
from core.clock import utc_now
from core.database.tables import Recording, User
from core.recordings.options import UploadOptions
from core.uploads import intake

FILE = config.ROOT / "audio_samples" / "launch-planning.mp3"
TITLE = "Product launch planning"
SECONDS = 218.0


def add_sample(owner: User) -> Recording:
    """Add the sample meeting to the library of `owner`, as if it had been uploaded."""
    options = UploadOptions(title=TITLE, language="en", num_speakers=3, vocabulary="")
    return intake.take_in_copy(owner, FILE, options, utc_now())
