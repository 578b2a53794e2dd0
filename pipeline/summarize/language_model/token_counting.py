"""How many tokens a text is, learned from the model, and whether the model was given all of them."""

from __future__ import annotations

import math

BYTES_PER_TOKEN = 3.0
"""A cautious guess for any language: English has 4 to 5 bytes a token, German 4, Chinese about 3."""
MIN_BYTES_PER_TOKEN = 1.0
"""Tokenisers spell out byte by byte what they do not know."""
MAX_CHARACTERS_PER_TOKEN = 7.0
"""More than a text has in any script: then tokens were not read, or came from a cache and were not counted."""
LEARNED_FROM = 2000
"""Bytes from which a count is worth learning from."""
CARE = 0.95
"""Of the bytes a token that were measured: what comes next may be harder to spell."""
CACHED_TOKENS = 200
"""A count below this says nothing: some versions leave out what they had in their cache."""
SLACK_TOKENS = 8


class TokenCounter:
    """Estimates tokens from bytes of UTF-8: first a guess, then what the model counted, for one model and language."""

    def __init__(self) -> None:
        self.bytes_a_token = BYTES_PER_TOKEN
        self.has_measured = False

    def count(self, text: str) -> int:
        """Tokens that the text has at most, as far as is known."""
        return math.ceil(len(text.encode()) / self.bytes_a_token)

    def learn(self, prompt: str, fresh: str, tokens: int) -> None:
        """Take the model's count for a prompt, of which `fresh` is the part that cannot have been in its cache.

        One large prompt sets the measure, up or down, if all of its tokens can have been counted. After that, only a
        higher count changes it: a lower one may come from the cache.
        """
        if tokens <= 0:
            return
        size = len(fresh.encode())
        if not self.has_measured and size >= LEARNED_FROM and len(fresh) <= tokens * MAX_CHARACTERS_PER_TOKEN:
            self.has_measured = True
            self._set(CARE * size / tokens)
        self._set(min(self.bytes_a_token, len(prompt.encode()) / tokens))

    def learn_refused(self, prompt: str, window: int) -> None:
        """Take that a prompt did not fit a window of so many tokens."""
        self._set(min(self.bytes_a_token, CARE * len(prompt.encode()) / window))

    def _set(self, bytes_a_token: float) -> None:
        self.bytes_a_token = max(0.5, bytes_a_token)


def fresh_part(prompt: str, before: str) -> str:
    """The prompt without the beginning it shares with the one before, which the model may still hold."""
    shared = next((at for at, (one, other) in enumerate(zip(prompt, before, strict=False)) if one != other), None)
    return prompt[min(len(prompt), len(before)) if shared is None else shared :]


def was_cut(prompt: str, fresh: str, tokens: int, window: int) -> bool:
    """Whether a server that does not know `"shift": false` cut a prompt to fit its window, going by its count.

    Before version 0.30.11 such servers keep as much as the window holds, after it about half of that. Two more signs:
    a count that fills the window leaves no room for an answer, and far too low a count for what was new in the prompt.
    """
    if tokens <= CACHED_TOKENS:
        return False
    may_exceed = len(prompt.encode()) / MIN_BYTES_PER_TOKEN >= window
    is_half = abs(tokens - (window - window // 2)) <= SLACK_TOKENS
    is_full = tokens >= window - SLACK_TOKENS
    return is_full or (is_half and may_exceed) or len(fresh) > tokens * MAX_CHARACTERS_PER_TOKEN
