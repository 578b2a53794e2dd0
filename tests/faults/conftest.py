"""One testbed of real processes for all tests of this folder, restored and disarmed before each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.fork_server import ForkServer
from chaos.testbed import Testbed
from core.clock import utc_now
from core.recordings import library
from core.retention import deletion

LASTING = ("redis", "beat", "w")


@pytest.fixture(scope="package")
def fork_server() -> Iterator[ForkServer]:
    """Starts workers and beat quickly."""
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture(scope="package")
def running_testbed(fork_server: ForkServer) -> Iterator[Testbed]:
    """Redis, beat and the worker `w` for all queues, on SQLite; started once."""
    with tempfile.TemporaryDirectory(prefix="testbed-") as folder:
        testbed = Testbed(Path(folder) / "testbed", fork_server, WHISPER_BATCH_SIZE=2)
        try:
            testbed.add_worker("w")
            testbed.start(*LASTING)
            yield testbed
        finally:
            testbed.close()


@pytest.fixture
def testbed(running_testbed: Testbed) -> Iterator[Testbed]:
    """The running testbed, idle, with every process alive and no failpoint armed."""
    running_testbed.failpoints.reset()
    running_testbed.restore(*LASTING)
    running_testbed.failpoints.clear_log()
    yield running_testbed
    for process in running_testbed.processes.values():
        if process.name not in LASTING and process.was_started:
            process.kill_all()
    # leave nothing for the next test
    for recording in library.find_page(running_testbed.owner.id, library.View(), 100):
        deletion.remove_recording(recording.id)
    deletion.sweep_files(utc_now(), -1)
