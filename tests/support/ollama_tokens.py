"""How the stand-in for Ollama reads a prompt: counts its tokens, cuts what is too long, has the last one in a cache."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

BYTES_A_TOKEN = 4
KEPT_TOKENS = 4


def count_bytes(text: str) -> int:
    """A token every four bytes."""
    return len(text.encode()) // BYTES_A_TOKEN


def count_like_a_tokeniser(text: str) -> int:
    """About what tokenisers of today make of speech: short words whole, long ones in parts, each sign by itself."""
    return len(re.findall(r"\s?[^\W\d_]{1,6}|\d{1,3}|[^\w\s]|\n", text))


class Reading:
    """`count` counts tokens. A prompt that is cut keeps the whole window's tokens before version 0.30.11
    (`keeps_window`), about half of them since. With `leaves_out_cached` what the last prompt began with is not counted.
    """

    def __init__(self) -> None:
        self.count: Callable[[str], int] = count_bytes
        self.keeps_window = False
        self.leaves_out_cached = False
        self.last = ""

    def tokens_read(self, prompt: str, window: int) -> int | None:
        """What Ollama counts for a prompt; None where it does not fit the window."""
        if self.count(prompt) > window - 1:
            return None
        cached = os.path.commonprefix((prompt, self.last)) if self.leaves_out_cached else ""  # noqa: RUF071
        self.last = prompt
        return max(1, self.count(prompt[len(cached) :]))

    def tokens_left(self, window: int) -> int:
        """What is left of a prompt that does not fit, and was cut in silence."""
        return window if self.keeps_window else window - (window - KEPT_TOKENS) // 2
