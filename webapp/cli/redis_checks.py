"""What `flask doctor` checks of Redis: whether it takes messages, and whether it keeps them."""

from __future__ import annotations

from redis.exceptions import ConnectionError, RedisError, TimeoutError

import config
from core import probes
from core.queue.redis_client import Persistence, read_persistence, read_version
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult

#: The oldest series of Redis that still gets fixes: by Debian 12, its own makers ended it.
OLDEST_REDIS = (7, 0)
#: The embedded Redis has these settings; for another, both ways to set one are named: now, and for the next start.
NOEVICTION = (
    "Run `redis-cli CONFIG SET maxmemory-policy noeviction`, and put `maxmemory-policy noeviction` into redis.conf."
)
APPENDONLY = "Run `redis-cli CONFIG SET appendonly yes`, and put `appendonly yes` into redis.conf."


def check_redis(_: config.Settings) -> CheckResult:
    """Whether it takes messages and still gets fixes."""
    problem = probes.probe_redis()
    if problem:
        return check_result.error("redis", problem.state, problem.fix)
    try:
        name, version = read_version()
    except RedisError:
        return check_result.ok("redis", "takes messages; it does not tell its version")
    state = f"{name} {version}, takes messages"
    if name == "Redis" and tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_REDIS:
        return check_result.warning(
            "redis", f"{state}, but gets no more fixes", "Update it to Redis 7.2 or later, or to Valkey."
        )
    return check_result.ok("redis", state)


def check_persistence(_: config.Settings) -> CheckResult:
    """Whether messages outlive a restart and are never thrown away. The sweeper replaces lost ones, but later."""
    component = "redis storage"
    try:
        found = read_persistence()
    except (ConnectionError, TimeoutError):
        return check_result.error(component, "unknown without Redis", "Fix Redis first.")
    except RedisError:
        return check_result.ok(component, "unknown: Redis does not tell")
    if found.policy not in ("noeviction", ""):
        state = f"throws messages away where memory is short (maxmemory-policy {found.policy})"
        return check_result.warning(component, state, NOEVICTION)
    if not found.appends and found.saves is False:
        return check_result.warning(component, "forgets waiting messages at each restart", APPENDONLY)
    if found.failure:
        return check_result.warning(component, found.failure, "Free space on its disk, and see Redis' log.")
    return check_result.ok(component, f"{_describe(found)}, noeviction" if found.policy else _describe(found))


def _describe(found: Persistence) -> str:
    if found.appends:
        return "append-only file"
    return "snapshots" if found.saves else "no append-only file; it does not tell whether it saves snapshots"
