"""The sample meeting: a real recording that comes with RealRecap, to try it out."""

from __future__ import annotations

import config
from core.clock import utc_now
from core.database.tables import Recording, User
from core.recordings import options
from core.uploads import intake

SAMPLE = config.ROOT / "audio_samples" / "launch-planning.mp3"
TITLE = "Product launch planning"
SECONDS = 218.0


def add(owner: User) -> Recording:
    """Put the sample meeting into the library of `owner`, just as if it had been uploaded."""
    chosen = options.UploadOptions(title=TITLE, language="en", num_speakers=3)
    return intake.take_in(owner, intake.copy_in(SAMPLE), chosen, utc_now())
