"""The queue's Redis, asked directly."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

import config


@cache
def _redis(_process: int, url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)


def redis_client() -> Redis:
    """A client of the queue's Redis, one a process."""
    return _redis(os.getpid(), config.load().redis)


def count_notifications(queue: str) -> int | None:
    """How many notifications lie in Redis for a queue; None where Redis does not answer."""
    try:
        length: Any = redis_client().llen(queue)
        return int(length)
    except RedisError:
        return None


def read_version() -> tuple[str, str]:
    """Which server it is, Redis or Valkey, and its version. Raises RedisError."""
    found: Any = redis_client().info("server")
    valkey = found.get("valkey_version")
    return ("Valkey", str(valkey)) if valkey else ("Redis", str(found.get("redis_version", "")))
