"""The queue's Redis, asked directly."""

from __future__ import annotations

import os
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

import config

#: Clients by process and address: a forked child must never use its parent's connections.
_clients: dict[tuple[int, str], Redis] = {}


def redis_client() -> Redis:
    """A client of the queue's Redis, one a process."""
    url = config.load().redis
    key = (os.getpid(), url)
    if key not in _clients:
        # of two threads at once, one's client is kept; the other's has not connected
        _clients.setdefault(key, Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2))
    return _clients[key]


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
