"""What the errors of Redis mean for the person who runs the server."""

from __future__ import annotations

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ClusterError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from core.problems import Problem

_REDIS_LOG = "See Redis' log."
_PASSWORD = Problem("refuses the password", "Correct the password in REDIS_URL.")
_CLUSTER = Problem("is a cluster, which cannot carry the queue", "Set REDIS_URL to a single server.")
_BY_KIND: tuple[tuple[type[RedisError], Problem], ...] = (
    (OutOfMemoryError, Problem("is full: it takes no more messages", "Raise its `maxmemory`, or free some of it.")),
    (ReadOnlyError, Problem("is a read-only replica", "Set REDIS_URL to the primary.")),
    (
        MasterDownError,
        Problem(
            "is a replica that has lost its primary",
            "Start the primary and set REDIS_URL to it, or make this one the primary: `redis-cli REPLICAOF NO ONE`.",
        ),
    ),
    (NoPermissionError, Problem("lets this user neither add nor take messages", "Give it rights with `ACL SETUSER`.")),
    (AuthenticationError, _PASSWORD),
    (BusyLoadingError, Problem("is still loading its data", "Wait a moment.")),
    (ClusterError, _CLUSTER),
    (MovedError, _CLUSTER),
)
#: What Redis says where redis-py knows no error of its own.
_BY_WORDS = (
    ("max number of clients", Problem("has no connection left", "Raise its `maxclients`, or end idle clients.")),
    ("MISCONF", Problem("cannot save its data to disk and takes no messages", f"Free its disk. {_REDIS_LOG}")),
    ("NOAUTH", _PASSWORD),
    ("WRONGPASS", _PASSWORD),
    ("BUSY ", Problem("is held up by a script", "End it: `redis-cli SCRIPT KILL`.")),
    (
        "NOREPLICAS",
        Problem("takes no messages without its replicas", "Start them, or lower its `min-replicas-to-write`."),
    ),
)
_REFUSAL = Problem("refuses messages", _REDIS_LOG)
_AWAY = Problem("does not answer", "Start it (`make run` does), or set REDIS_URL.")


def explain(error: RedisError) -> Problem:
    """What is wrong with Redis, by its answer or the lack of one."""
    for kind, problem in _BY_KIND:
        if isinstance(error, kind):
            return problem
    for words, problem in _BY_WORDS:
        if words in str(error):
            return problem
    return _REFUSAL if isinstance(error, ResponseError) else _AWAY
