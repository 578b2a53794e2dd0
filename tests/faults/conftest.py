"""One rig of real processes for all tests of this folder; each test gets it mended and with its tripwires unarmed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.nursery import Nursery
from chaos.rig import Rig
from core.clock import utc_now
from core.recordings import queries
from core.retention import deletion

LASTING = ("redis", "beat", "w")


@pytest.fixture(scope="package")
def nursery() -> Iterator[Nursery]:
    """Where workers and beats come from."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="package")
def lasting_rig(nursery: Nursery) -> Iterator[Rig]:
    """Redis, beat and the worker `w` for both queues, on SQLite; started once."""
    with tempfile.TemporaryDirectory(prefix="rig-") as folder:
        rig = Rig(Path(folder) / "rig", nursery, WHISPER_BATCH_SIZE=2)
        try:
            rig.add_worker("w")
            rig.start(*LASTING)
            yield rig
        finally:
            rig.close()


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
    for recording in queries.page(lasting_rig.owner.id, 100):  # nothing is left to the next test
        deletion.remove_recording(recording.id)
    deletion.sweep_files(utc_now(), -1)
