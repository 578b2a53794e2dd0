"""Celery's way to Redis, except that a message nobody can read is dropped.

Whoever can write to Redis could otherwise end every worker with a few bytes: the worker reads them, fails, starts
anew and finds the next one. A notification that is lost is sent again by the sweeper.
"""

from __future__ import annotations

import logging
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

log = logging.getLogger(__name__)


class Channel(redis.Channel):
    """A channel whose reader outlives messages that are not Celery's."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            # the message is out of Redis by now; its text is not logged, since nobody knows what it holds
            log.warning("a message in Redis that cannot be read was dropped (%s)", type(error).__name__)
            return True


class Transport(redis.Transport):
    """Kombu's transport with this channel."""

    Channel = Channel


def use_tolerant_transport() -> None:
    """Have Celery use it for every address of Redis."""
    for name in ("redis", "rediss"):
        TRANSPORT_ALIASES[name] = f"{__name__}:Transport"
