"""One rig of real processes for all tests of this folder; each test gets it mended and with its tripwires unarmed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.rig import FINAL, Rig
from library import recordings

LASTING = ("redis", "beat", "w")


@pytest.fixture(scope="package")
def lasting_rig() -> Iterator[Rig]:
    """Redis, beat and the worker `w` for both queues, on SQLite; started once."""
    folder = Path(tempfile.mkdtemp(prefix="rig-"))  # short: a path of pytest's would be too long for a socket
    rig = Rig(folder / "rig", hurry=True, WHISPER_BATCH_SIZE=2)
    try:
        rig.add_worker("w")
        rig.start(*LASTING)
        yield rig
    finally:
        rig.close()
        shutil.rmtree(folder)


@pytest.fixture
def rig(lasting_rig: Rig) -> Iterator[Rig]:
    """The lasting rig, whole and at rest."""
    for place in lasting_rig.armed():
        (lasting_rig.folder / "armed" / place).unlink(missing_ok=True)
    lasting_rig.mend(*LASTING)
    (lasting_rig.folder / "events.jsonl").unlink(missing_ok=True)
    yield lasting_rig
    for part in lasting_rig.parts.values():
        if part.name not in LASTING and part.started:
            part.sweep_up()
    for recording in recordings.page(lasting_rig.owner.id, 100):  # nobody's work is left to the next test
        if recording.job.status not in FINAL:
            recordings.remove(recording.id)
