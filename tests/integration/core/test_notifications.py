from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from support.helpers import free_port
from support.own_redis import own_redis

import config
from core.queue.celery_app import broker_url, make_celery
from core.queue.notifications import Notifier
from core.queue.redis_client import count_notifications


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of our own on a Unix socket."""
    with own_redis(tmp_path) as client:
        yield client


def test_a_notification_arrives_in_the_queue_it_was_sent_to(
    redis: Redis, tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(REDIS_URL=f"unix://{tmp_path / 'redis.sock'}?db=0")
    waker = Notifier(make_celery())
    waker.wake("gpu")
    assert waker.flush(5)
    assert (count_notifications("gpu"), count_notifications("cpu")) == (1, 0)


def test_waking_with_redis_away_returns_at_once_and_raises_nothing(
    settings_of: Callable[..., config.Settings],
) -> None:
    settings_of(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    waker = Notifier(make_celery())
    began = time.monotonic()
    waker.wake("cpu")
    assert time.monotonic() - began < 2
    assert count_notifications("cpu") is None


@pytest.mark.parametrize(
    ("given", "for_celery"),
    [
        ("redis://h:1/0", "redis://h:1/0"),
        ("unix:///d/r.sock?db=0", "redis+socket:///d/r.sock?virtual_host=0"),
        ("unix:///d/r.sock", "redis+socket:///d/r.sock?virtual_host=0"),
    ],
)
def test_the_address_of_redis_is_translated_for_celery(given: str, for_celery: str) -> None:
    assert broker_url(given) == for_celery
