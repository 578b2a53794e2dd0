"""How large a context window the model gets."""

from __future__ import annotations

SMALLEST_WINDOW = 8192
"""Tokens, if the model has as many: enough for an answer and half an hour of speech."""


def choose_window(need: int, trained: int | None, limit: int) -> int:
    """SMALLEST_WINDOW, doubled until it holds `need` tokens, but within the training window and the limit."""
    most = min(limit, trained or limit)
    window = SMALLEST_WINDOW
    while window < need and window < most:
        window *= 2
    return min(window, most)
