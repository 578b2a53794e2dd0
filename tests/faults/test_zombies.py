"""A worker that wakes after it was given up: what it brings late changes nothing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, kill, until
from core.database.tables import Status

pytestmark = pytest.mark.speech


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every result: its inode and bytes."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in paths}


@pytest.mark.parametrize("place", ["transcribe.part:written", "pdf.pdf:synced", "finish:before"])
def test_a_late_worker_changes_nothing(rig: Rig, place: str) -> None:
    rig.arm(place, "freeze")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: not rig.armed(), 60, "the child freezes", rig.tell)
    zombie = rig.holder(recording_id)
    assert zombie is not None
    rig.add_worker("v")
    rig.start("v")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    rig["v"].kill()
    before, job = contents(rig.data_dir / "stages"), rig.job(recording_id)

    seen = len(rig.events())
    kill(zombie, signal.SIGCONT)
    rig.nudge("cpu")
    until(
        lambda: any(e["pid"] == zombie and e["place"] == "claim:before" for e in rig.events()[seen:]),
        20, "the zombie looks for its next job", rig.tell,
    )  # fmt: skip
    assert contents(rig.data_dir / "stages") == before
    after = rig.job(recording_id)
    assert (after.status, after.attempt, after.finished_at) == (job.status, job.attempt, job.finished_at)
    assert check(rig, [recording_id], kills=1).wrong == []
