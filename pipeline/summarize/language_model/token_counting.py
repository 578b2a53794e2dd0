"""Estimates the tokens of a text, from what the model counted, and detects truncated prompts."""

from __future__ import annotations

import math

BYTES_PER_TOKEN = 3.0
"""A cautious guess for any language: English has 4 to 5 bytes per token, German 4, Chinese about 3."""
MIN_BYTES_PER_TOKEN = 1.0
"""Tokenizers encode unknown text byte by byte."""
MAX_CHARACTERS_PER_TOKEN = 7.0
"""More than in any script: then tokens were truncated, or were cached and not counted."""
MIN_MEASURED_BYTES = 2000
"""Bytes from which on a count is a good measure."""
SAFETY_FACTOR = 0.95
"""A safety factor on the measured bytes per token: the next text may need more tokens."""
CACHED_TOKENS = 200
"""A lower count is meaningless: some versions leave out cached tokens."""
SLACK_TOKENS = 8


class TokenCounter:
    """Estimates tokens from bytes of UTF-8: first a guess, then what the model counted, for one model and language."""

    def __init__(self) -> None:
        self.bytes_per_token = BYTES_PER_TOKEN
        self.has_measured = False

    def count(self, text: str) -> int:
        """The estimated number of tokens, rather too high than too low."""
        return math.ceil(len(text.encode()) / self.bytes_per_token)

    def learn(self, prompt: str, fresh: str, tokens: int) -> None:
        """Learn from the model's count for a prompt, of which `fresh` is the part that cannot have been cached.

        The first large prompt sets the measure, up or down, if all of its tokens can have been counted. After that,
        only a higher count changes it: a lower one may be due to the cache.
        """
        if tokens <= 0:
            return
        size = len(fresh.encode())
        if not self.has_measured and size >= MIN_MEASURED_BYTES and len(fresh) <= tokens * MAX_CHARACTERS_PER_TOKEN:
            self.has_measured = True
            self._set(SAFETY_FACTOR * size / tokens)
        self._set(min(self.bytes_per_token, len(prompt.encode()) / tokens))

    def learn_refused(self, prompt: str, window: int) -> None:
        """Learn that a prompt did not fit into a window of so many tokens."""
        self._set(min(self.bytes_per_token, SAFETY_FACTOR * len(prompt.encode()) / window))

    def _set(self, bytes_per_token: float) -> None:
        self.bytes_per_token = max(0.5, bytes_per_token)


def fresh_part(prompt: str, before: str) -> str:
    """The prompt without the beginning that it shares with the previous one, which may be cached."""
    shared = next((at for at, (one, other) in enumerate(zip(prompt, before, strict=False)) if one != other), None)
    return prompt[min(len(prompt), len(before)) if shared is None else shared :]


def was_cut(prompt: str, fresh: str, tokens: int, window: int) -> bool:
    """Whether a server that does not support `"shift": false` truncated a prompt to its window, by its count.

    Before version 0.30.11 such servers keep as much as the window holds, after it about half of that. Two more signs
    are a count that fills the window, without space for an answer, and one far too low for the new part of the prompt.
    """
    if tokens <= CACHED_TOKENS:
        return False
    may_exceed = len(prompt.encode()) / MIN_BYTES_PER_TOKEN >= window
    is_half = abs(tokens - (window - window // 2)) <= SLACK_TOKENS
    is_full = tokens >= window - SLACK_TOKENS
    return is_full or (is_half and may_exceed) or len(fresh) > tokens * MAX_CHARACTERS_PER_TOKEN
