"""From tokens with times to words."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.recap import Phrase, Word
from pipeline.voice_activity import TimeSpan

#: A token of a TDT model lasts four frames of 80 ms at most; how long is not told, only when it begins.
LONGEST_TOKEN_SECONDS = 0.32

Token = tuple[str, float, float]  # text, start in seconds, log-probability


def to_phrases(heard: Any, window: TimeSpan) -> list[Phrase]:
    """What was heard in a window as one phrase, or none; `heard` is a TimestampedResult of onnx-asr."""
    tokens = [
        (text, window.start + start, logprob)
        for text, start, logprob in zip(heard.tokens or (), heard.timestamps or (), heard.logprobs or (), strict=True)
        if not text.startswith("<")  # which says something about the speech
    ]
    words = list(_to_words(tokens, window.end)) if tokens else []
    if not words:
        return []
    text = "".join(word.text for word in words)
    return [
        Phrase(
            start=words[0].start,
            end=words[-1].end,
            text=text,
            avg_logprob=round(sum(logprob for _, _, logprob in tokens) / len(tokens), 3),
            no_speech_prob=0.0,  # where nobody speaks, the model finds no token
            compression_ratio=round(len(text.encode()) / len(zlib.compress(text.encode())), 3),  # as Whisper's is
            words=tuple(words),
        )
    ]


def _to_words(tokens: Sequence[Token], end: float) -> Iterator[Word]:
    """A word begins at a token that begins with a space."""
    firsts = [n for n, (text, _, _) in enumerate(tokens) if n == 0 or text.startswith(" ")]
    for first, after in zip(firsts, [*firsts[1:], len(tokens)], strict=True):
        parts = tokens[first:after]
        text = " " + "".join(text for text, _, _ in parts).strip()
        if not text.strip():
            continue
        latest = tokens[after][1] if after < len(tokens) else end
        last = min(parts[-1][1] + LONGEST_TOKEN_SECONDS, max(latest, parts[-1][1]))
        probability = sum(math.exp(logprob) for _, _, logprob in parts) / len(parts)
        yield Word(round(parts[0][1], 3), round(last, 3), text, round(probability, 3))
