from __future__ import annotations

from datetime import timedelta

import pytest
from support.factories import make_recording, make_user

from core import worker_register
from core.clock import utc_now
from core.database.tables import Status
from core.jobs import claims, pausing
from core.recordings import queries
from core.worker_register import WorkerModels
from workers import sweeper

pytestmark = pytest.mark.usefixtures("sqlite")


def test_the_sweep_frees_a_stale_job_and_wakes_its_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = make_recording(make_user("ann"), utc_now())
    assert claims.claim("cpu", "dead", utc_now() - timedelta(minutes=5), 60)
    woken: list[str] = []
    monkeypatch.setattr(sweeper, "notify", woken.append)
    monkeypatch.setattr(sweeper, "count_notifications", lambda queue: 0)
    sweeper.sweep(("gpu", "cpu"))
    assert queries.get(recording.id).job.status == Status.QUEUED
    assert woken == ["cpu"]


@pytest.mark.parametrize("lying", [1, None])
def test_no_notification_is_sent_while_one_lies_there_or_redis_is_away(
    lying: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_recording(make_user("ann"), utc_now())
    monkeypatch.setattr(sweeper, "notify", lambda queue: pytest.fail("a notification was sent"))
    monkeypatch.setattr(sweeper, "count_notifications", lambda queue: lying)
    sweeper.sweep(("gpu", "cpu"))
    assert pausing.count_waiting("cpu") == 1


def test_a_worker_that_reported_is_alive_for_a_minute() -> None:
    sweeper.report(("gpu",), "no GPU: CPU int8", WorkerModels(is_demo=True))
    now = utc_now()
    assert [worker.models.is_demo for worker in worker_register.live_workers(now)] == [True]
    assert worker_register.live_workers(now + timedelta(seconds=61)) == []
