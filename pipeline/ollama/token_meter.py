"""Counts the tokens of all chats while somebody measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class TokenMeter:
    """Tokens read and written, as the server counts them."""

    prompt: int = 0
    answer: int = 0

    @property
    def total(self) -> int:
        return self.prompt + self.answer


_meter: ContextVar[TokenMeter | None] = ContextVar("token_meter", default=None)


@contextmanager
def metered() -> Iterator[TokenMeter]:
    """Count the tokens of the chats within, in this thread."""
    meter = TokenMeter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def add_tokens(prompt: int | None, answer: int | None) -> None:
    """Add a chat's tokens where somebody measures; None is a count that the server did not give."""
    if (meter := _meter.get()) is not None:
        meter.prompt += prompt or 0
        meter.answer += answer or 0
