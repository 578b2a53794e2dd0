"""The Celery app of RealRecap with tripwires, for workers and beat of a rig: `celery -A chaos.app.celery`."""

from __future__ import annotations

import os
from pathlib import Path

from chaos.tripwires import Tripwires
from run import celery

Tripwires(Path(os.environ["CHAOS_FOLDER"])).lay()
if strikes := os.environ.get("CHAOS_STRIKES"):
    from library import jobs

    jobs.STRIKES = int(strikes)
if os.environ.get("CHAOS_WARM"):  # a new child then need not load them again, which takes most of its life
    import faster_whisper  # noqa: F401
    import pyannote.audio  # noqa: F401

__all__ = ["celery"]
