"""Tells that a model repeats itself, so that its answer can be cut there and what came before be used."""

from __future__ import annotations

import re
from collections import Counter

from pipeline.summarize.language_model.normalization import normalize

MOST_TIMES = 2
"""A text may come so often; a model that writes it once more writes it for ever."""
LONGEST_PERIOD = 120
TAIL_PERIODS = 5
"""The end of an answer that is one passage so many times is no answer any more."""
_TEXT = re.compile(r'"(?:text"\s*:\s*"|\[[^"\]]*\]\s*(?:\w+:)?)((?:[^"\\]|\\.)*)"')


def repeats_itself(answer: str) -> bool:
    """Whether the answer so far has one text too often, or ends in one passage again and again."""
    texts = Counter(normalize(one) for one in _TEXT.findall(answer))
    return any(count > MOST_TIMES for text, count in texts.items() if text) or _ends_in_a_loop(answer)


def _ends_in_a_loop(answer: str) -> bool:
    for period in range(1, LONGEST_PERIOD + 1):
        times = max(TAIL_PERIODS, 40 // period)
        tail = answer[-period * times :]
        if len(tail) == period * times and tail == tail[:period] * times and tail.strip():
            return True
    return False
