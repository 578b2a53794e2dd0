"""The database is unavailable for some seconds: workers wait and resume, and no finished stage is lost."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgresql import Server

from chaos.fork_server import ForkServer
from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import send_signal, wait_until
from core.database.tables import Status

pytestmark = [pytest.mark.speech, pytest.mark.postgresql]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        made = Server()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    yield made
    made.remove()


@pytest.fixture(scope="module")
def postgresql_testbed(fork_server: ForkServer, server: Server) -> Iterator[Testbed]:
    with tempfile.TemporaryDirectory(prefix="pg-testbed-") as folder:
        testbed = Testbed(Path(folder) / "testbed", fork_server, WHISPER_BATCH_SIZE=2, DATABASE_URL=server.url)
        try:
            testbed.add_worker("w")
            testbed.start("redis", "w", "beat")
            yield testbed
        finally:
            testbed.close()


@pytest.mark.parametrize("failpoint", ["decode_batch", "diarize:computed", "advance:before", "finish:before"])
def test_work_resumes_once_the_database_is_back(postgresql_testbed: Testbed, server: Server, failpoint: str) -> None:
    testbed = postgresql_testbed
    testbed.failpoints.arm(failpoint, "freeze")
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.notify("cpu")
    holder = testbed.wait_holder(recording_id)
    complaints = testbed["w"].read_log().count("the database does not answer")
    server.crash()
    send_signal(holder, signal.SIGCONT)
    wait_until(
        lambda: testbed["w"].read_log().count("the database does not answer") > complaints,
        30, "the worker reports the missing database", testbed.log_tails,
    )  # fmt: skip
    server.start()
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert testbed["w"].is_alive
    assert testbed["beat"].is_alive
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
