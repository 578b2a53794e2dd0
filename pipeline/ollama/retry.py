"""Waiting before a call that failed is made again: longer each time, at random so that workers do not come all at once.

Exponential backoff with full jitter: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

LOOK_SECONDS = 0.25
"""How often somebody may stop the wait."""


def longest_waits(first: float, factor: float, times: int) -> tuple[float, ...]:
    """The bounds in seconds of so many waits, each `factor` times the one before."""
    return tuple(first * factor**n for n in range(times))


def wait(longest: float, on_tick: Callable[[], None]) -> None:
    """Wait for a random time up to `longest` seconds; `on_tick` is called on the way and may raise to stop."""
    until = time.monotonic() + random.uniform(0, longest)  # noqa: S311
    on_tick()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, LOOK_SECONDS))
        on_tick()
