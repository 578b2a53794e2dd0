"""How large a context window the model gets."""

from __future__ import annotations

SMALLEST_WINDOW = 8192
"""Tokens, where the model has so many: room for an answer and half an hour of talk."""


def choose_window(need: int, trained: int | None, limit: int) -> int:
    """The smallest doubling of SMALLEST_WINDOW of at least `need` tokens, within the training window and the limit."""
    most = min(limit, trained or limit)
    window = SMALLEST_WINDOW
    while window < need and window < most:
        window *= 2
    return min(window, most)
