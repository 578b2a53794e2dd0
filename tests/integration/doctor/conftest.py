"""What `flask doctor` says of one component, on a fresh DATA_DIR."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from support.helpers import wait_until
from support.own_redis import running_redis

import config
from core import probes
from core.queue.redis_client import redis_client
from webapp.cli.check_result import CheckResult
from webapp.cli.doctor import run_checks

Doctor = Callable[[str], CheckResult]


@pytest.fixture
def doctor(sqlite: str) -> Doctor:
    """What it says of a component. A fix is named where, and only where, there is a problem."""

    def ask(component: str) -> CheckResult:
        found = next(each for each in run_checks(config.load()) if each.component == component)
        assert (found.fix is None) == (found.level == "ok")
        return found

    return ask


@pytest.fixture
def redis(sqlite: str, tmp_path: Path, settings_of: Callable[..., config.Settings]) -> Iterator[Redis]:
    """A Redis of this test alone, which keeps nothing, at REDIS_URL."""
    with running_redis(tmp_path) as port, Redis(port=port) as client:
        settings_of(REDIS_URL=f"redis://127.0.0.1:{port}/0")
        wait_until(lambda: probes.probe_redis() is None, 20)
        yield client
        redis_client().close()
