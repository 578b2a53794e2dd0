"""Drops words that one channel has only because another one is heard on it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.channels.line import Line
from pipeline.recap import Phrase, WindowText, Word

LATE_SECONDS = 0.6  # an echo is at most that late, or early by the recognizer's times
FAINTER = 4.0  # and that much fainter (6 dB) than what it is the echo of


def drop_echoes(windows: Sequence[WindowText], line: Line) -> tuple[WindowText, ...]:
    """The windows without words that another channel has at about the same time, the same and louder."""
    said = _Said(windows, line)
    return tuple(
        replace(window, phrases=tuple(_without_echoes(window.phrases, said))) if window.phrases else window
        for window in windows
    )


def _without_echoes(phrases: Sequence[Phrase], said: _Said) -> Iterator[Phrase]:
    for phrase in phrases:
        words = tuple(word for word in phrase.words if not said.is_echo(word))
        if len(words) == len(phrase.words):
            yield phrase
        elif words:
            text = "".join(word.text for word in words)
            yield replace(phrase, start=words[0].start, end=words[-1].end, text=text, words=words)


class _Said:
    """What is said on all channels, to look up by time."""

    def __init__(self, windows: Sequence[WindowText], line: Line) -> None:
        self.line = line
        words = (word for window in windows for phrase in window.phrases for word in phrase.words)
        self.words = sorted(((*self._place(word), _plain(word)) for word in words), key=lambda one: one[1])
        self.starts = [start for _, start, _, _ in self.words]

    def _place(self, word: Word) -> tuple[int, float, float]:
        channel, offset = self.line.locate(word.start)
        return channel, word.start - offset, word.end - offset

    def is_echo(self, word: Word) -> bool:
        """Whether another channel has this word, much louder."""
        channel, start, end = self._place(word)
        text, levels = _plain(word), self.line.levels
        first, last = (bisect_left(self.starts, start + late) for late in (-LATE_SECONDS, LATE_SECONDS))
        return any(
            other != channel
            and same == text
            and levels.mean(other, begin, stop) > FAINTER * levels.mean(channel, start, end)
            for other, begin, stop, same in self.words[first:last]
        )


def _plain(word: Word) -> str:
    return re.sub(r"\W", "", word.text).casefold()
