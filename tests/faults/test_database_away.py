"""The database goes away for some seconds: workers wait and go on, and a stage finished meanwhile is not lost."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgresql import Server

from chaos.checks import check
from chaos.nursery import Nursery
from chaos.rig import Rig, fresh, kill, until
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
def postgresql_rig(nursery: Nursery, server: Server) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="pg-rig-") as folder:
        rig = Rig(Path(folder) / "rig", nursery, WHISPER_BATCH_SIZE=2, DATABASE_URL=server.url)
        try:
            rig.add_worker("w")
            rig.start("redis", "w", "beat")
            yield rig
        finally:
            rig.close()


@pytest.mark.parametrize("place", ["hear", "diarize:computed", "advance:before", "finish:before"])
def test_work_goes_on_once_the_database_is_back(postgresql_rig: Rig, server: Server, place: str) -> None:
    rig = postgresql_rig
    rig.arm(place, "freeze")
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.nudge("cpu")
    until(lambda: not rig.armed(), 60, "the child freezes", rig.tell)
    holder = rig.holder(recording_id)
    assert holder is not None
    complaints = rig["w"].read_log().count("the database does not answer")
    server.crash()
    kill(holder, signal.SIGCONT)
    until(lambda: rig["w"].read_log().count("the database does not answer") > complaints, 30, "it is missed", rig.tell)
    server.start()
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert rig["w"].lives
    assert rig["beat"].lives
    assert check(rig, [recording_id], kills=1).wrong == []
