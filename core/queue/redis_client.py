"""The queue's Redis, asked directly."""

from __future__ import annotations

import os
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Persistence:
    """How Redis keeps messages: by an append-only file, by snapshots (None: it does not tell), and its eviction policy.

    `failure` says what of it failed the last time, "" if nothing did.
    """

    appends: bool
    saves: bool | None
    policy: str
    failure: str


def read_persistence() -> Persistence:
    """How Redis keeps messages. Raises RedisError."""
    client = redis_client()
    found: Any = client.info("persistence")
    memory: Any = client.info("memory")
    try:
        points: Any = client.config_get("save")
        saves: bool | None = bool(points.get("save"))
    except RedisError:  # many providers forbid CONFIG
        saves = None
    failure = ""
    if found.get("aof_enabled") and found.get("aof_last_write_status", "ok") != "ok":
        failure = "could not write its append-only file the last time"
    elif saves and found.get("rdb_last_bgsave_status", "ok") != "ok":
        failure = "could not save its snapshot the last time"
    return Persistence(bool(found.get("aof_enabled")), saves, str(memory.get("maxmemory_policy", "")), failure)
