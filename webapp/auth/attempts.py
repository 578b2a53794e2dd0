"""How often a password may be tried: per account, and per network.

A try is counted before the password is checked, so that many at once do not slip through, and given back if it was
right. Redis counts for all processes. Each process counts on its own as well: while Redis is away, that limit holds.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import os
import threading
import time
import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Self, cast

from flask import Flask, current_app, request
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from pipeline.errors import InternalError
from webapp.errors import RateLimited
from webapp.network import client_network
from webapp.settings import current_settings

log = logging.getLogger(__name__)

WINDOW_SECONDS = 30.0
#: Wrong passwords within the window.
PER_ACCOUNT = 5
PER_NETWORK = 20
_EXTENSION = "realrecap-attempts"
#: Above this many keys in memory, those of past windows are dropped.
MANY_KEYS = 10_000

_making_client = threading.Lock()


class Attempts:
    """The tries of this process; `begin` counts one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, dict[str, float]] = {}

    def add(self, key: str, name: str, now: float) -> list[float]:
        """Count a try; returns the times of all within the window, this one last."""
        with self._lock:
            if len(self._times) > MANY_KEYS:
                self._times = {key: times for key, times in self._times.items() if max(times.values()) > _start(now)}
            recent = {name: at for name, at in self._times.get(key, {}).items() if at > _start(now)}
            self._times[key] = recent | {name: now}
            return [*recent.values(), now]

    def remove(self, key: str, name: str) -> None:
        """Give a try back."""
        with self._lock:
            self._times.get(key, {}).pop(name, None)
            if not self._times.get(key):
                self._times.pop(key, None)


def init_app(app: Flask) -> None:
    """Let this app count."""
    app.extensions[_EXTENSION] = Attempts()


def _own() -> Attempts:
    return cast(Attempts, current_app.extensions[_EXTENSION])


@dataclass(slots=True)
class Attempt:
    """A try that is counted; `give_back` when the password was right. After `with`, an error has given it back too."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    keys: list[str] = field(default_factory=list)

    def count(self, key: str, limit: int) -> None:
        """Raises RateLimited, and counts nothing, where the limit is reached."""
        now = time.time()
        self.keys.append(key)
        for times in (_own().add(key, self.name, now), _add_in_redis(key, self.name, now)):
            if len(times) > limit:
                self.give_back()
                raise RateLimited(math.ceil(min(times) + WINDOW_SECONDS - now))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, _error: object, _traceback: object) -> None:
        if kind is not None:  # nothing was tried
            self.give_back()

    def give_back(self) -> None:
        """Count the try no longer."""
        for key in self.keys:
            _own().remove(key, self.name)
            _remove_in_redis(key, self.name)
        self.keys.clear()


def begin_attempt(email: str) -> Attempt:
    """Count a try at an account from the network of this request. Raises RateLimited."""
    attempt = Attempt()
    attempt.count(_key("network", client_network(request.remote_addr)), PER_NETWORK)
    attempt.count(_key("account", email.strip().lower()), PER_ACCOUNT)
    return attempt


def _key(kind: str, value: str) -> str:
    """The name of a counter. What was typed may be a password: keyed, so that nobody can guess it from Redis."""
    secret = current_settings().secret
    if secret is None:
        raise InternalError()
    return f"attempts:{kind}:{hmac.new(secret.encode(), f'{kind} {value}'.encode(), hashlib.sha256).hexdigest()}"


def _start(now: float) -> float:
    return now - WINDOW_SECONDS


@cache
def _client(_process: int, url: str) -> Redis:
    # a log-in does not wait for Redis to come back
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0))


def _redis() -> Redis:
    with _making_client:  # a second client, once dropped, would close connections in use
        return _client(os.getpid(), current_settings().redis)


def _add_in_redis(key: str, name: str, now: float) -> list[float]:
    """The times of all tries that Redis knows of, this one included; none where Redis is away."""
    try:
        with _redis().pipeline(transaction=True) as commands:
            commands.zremrangebyscore(key, "-inf", _start(now))
            commands.zadd(key, {name: now})
            commands.zrange(key, 0, -1, withscores=True)
            commands.expire(key, math.ceil(WINDOW_SECONDS) + 1)
            return [at for _, at in commands.execute()[2]]
    except RedisError as error:
        log.warning("Redis does not count log-ins, each process does: %s", type(error).__name__)
        return []


def _remove_in_redis(key: str, name: str) -> None:
    try:
        _redis().zrem(key, name)
    except RedisError as error:
        log.warning("a log-in was not given back: %s", type(error).__name__)
