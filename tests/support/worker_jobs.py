"""Real jobs with the real demo models, run in the process of a test."""

from __future__ import annotations

import mmap
from pathlib import Path

from sqlalchemy import select

import config
from core.clock import utc_now
from core.database.sessions import read
from core.database.tables import Recording, Result, User
from core.jobs import claims
from core.jobs.queues import QUEUES
from core.recordings import queries
from core.recordings.options import UploadOptions
from core.uploads import intake
from workers import step_runner


def upload(owner: User, path: Path, **options: object) -> str:
    return intake.take_in_copy(owner, path, UploadOptions(**options), utc_now()).id


def work() -> int:
    """Run steps until no job waits; how many there were."""
    steps = 0
    stop = mmap.mmap(-1, 1)
    while claim := next(filter(None, (claims.claim(queue, "w", utc_now(), 60) for queue in QUEUES)), None):
        step_runner.run(claim, config.load(), stop)
        steps += 1
    return steps


def get(recording_id: str) -> Recording:
    found = queries.get(recording_id)
    assert found is not None
    return found


def codes(recording: Recording) -> set[str]:
    return {warning["code"] for warning in recording.warnings}


def results(recording_id: str) -> dict[str, str]:
    with read() as session:
        rows = session.scalars(select(Result).where(Result.recording_id == recording_id)).all()
        return {row.kind: row.key for row in rows}
