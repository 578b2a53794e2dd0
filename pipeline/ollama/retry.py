"""Retries of calls to Ollama: exponential backoff with full jitter, in waits that the caller may stop.

Random waits keep several workers from calling all at once: Marc Brooker, "Exponential Backoff And Jitter", AWS
Architecture Blog, 2015.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_chain,
    wait_none,
    wait_random,
)

POLL_SECONDS = 0.25
"""How often the caller may stop a wait."""


def longest_waits(first: float, factor: float, times: int) -> tuple[float, ...]:
    """The upper bounds in seconds of so many waits, each `factor` times the one before."""
    return tuple(first * factor**n for n in range(times))


def retrying(
    waits: Sequence[float],
    should_retry: Callable[[BaseException], bool],
    on_tick: Callable[[], None],
    *,
    within: float = math.inf,
) -> Retrying:
    """Calls a function again after errors that `should_retry` accepts; the last error is raised as it is.

    `waits` are upper bounds in seconds, one for each retry. No retry starts later than `within` seconds after the
    first call began. `on_tick` is called during the waits and may raise to stop.
    """
    return Retrying(
        retry=retry_if_exception(should_retry),
        wait=wait_chain(*(wait_random(0, longest) for longest in waits)) if waits else wait_none(),
        stop=stop_after_attempt(len(waits) + 1) | stop_after_delay(within),
        sleep=lambda seconds: sleep(seconds, on_tick),
        reraise=True,
    )


def sleep(seconds: float, on_tick: Callable[[], None]) -> None:
    """Wait; `on_tick` is called on the way, at least once, and may raise to stop."""
    until = time.monotonic() + seconds
    on_tick()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, POLL_SECONDS))
        on_tick()
