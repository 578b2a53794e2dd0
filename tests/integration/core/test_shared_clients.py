"""One client of Redis and one engine of the database in each process, however many threads ask for them at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from core.database import sessions
from core.queue.redis_client import redis_client

THREADS = 2


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(
    ("ask", "module", "maker"),
    [(redis_client, Redis, "from_url"), (sessions.engine, sessions, "create_engine")],
    ids=["Redis", "database"],
)
def test_threads_that_ask_at_once_share_one(
    ask: Callable[[], Any], module: Any, maker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, all_ask = getattr(module, maker), threading.Barrier(THREADS, timeout=60)

    def make_together(*arguments: Any, **options: Any) -> Any:
        all_ask.wait()
        return make(*arguments, **options)

    monkeypatch.setattr(module, maker, make_together)
    with ThreadPoolExecutor(THREADS) as pool:
        first, second = (each.result() for each in [pool.submit(ask) for _ in range(THREADS)])
    assert first is second is ask()
