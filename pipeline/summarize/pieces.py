"""A transcript as lines for a prompt, and the lines in pieces that fit a window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.recap import Segment, Transcript
from pipeline.summarize.prompts import as_data

LINE_CHARACTERS = 1500
"""A segment longer than this becomes several lines with one id."""
BYTES_A_TOKEN = 3.0
"""A cautious guess for any language: English has 4 to 5 bytes a token, German 4, Chinese about 3."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a prompt, with the id the model sees, and the seconds of the recording it stands for."""

    id: str
    text: str
    start: float
    end: float


SMALLEST_WINDOW = 8192
"""Tokens, where the model has so many: room for an answer and half an hour of talk."""


class TokenCounter:
    """Estimates tokens from bytes of UTF-8, and learns from what the model counted."""

    def __init__(self) -> None:
        self.bytes_a_token = BYTES_A_TOKEN

    def count(self, text: str) -> int:
        return math.ceil(len(text.encode()) / self.bytes_a_token)

    def learn(self, text: str, tokens: int) -> None:
        """Take the model's count where it is higher than estimated; a lower one may come from its cache."""
        if tokens > 0:
            self.bytes_a_token = max(0.5, min(self.bytes_a_token, len(text.encode()) / tokens))


def build_lines(transcript: Transcript) -> tuple[list[Line], dict[str, Segment]]:
    """All segments with text as lines in order of time, and the segment of each short id."""
    lines: list[Line] = []
    by_id: dict[str, Segment] = {}
    for segment in sorted(transcript.segments, key=lambda one: one.start):
        if not segment.text.strip():
            continue
        short = f"s{len(by_id) + 1}"
        by_id[short] = segment
        speaker = as_data(transcript.name_of(segment.speaker) or "Unknown")
        text = as_data(segment.text)
        pace = (segment.end - segment.start) / len(text)
        for since, until in _stretches(text):
            told = f"[{short}] {speaker}: {text[since:until].strip()}"
            lines.append(Line(short, told, segment.start + since * pace, segment.start + until * pace))
    return lines, by_id


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of at most LINE_CHARACTERS, cut after a sentence or a word where there is one."""
    start = 0
    while len(text) - start > LINE_CHARACTERS:
        limit = start + LINE_CHARACTERS
        cuts = (text.rfind(mark, start + LINE_CHARACTERS // 2, limit) for mark in (". ", "? ", "。", " "))
        cut = next((at + 1 for at in cuts if at >= 0), limit)
        yield start, cut
        start = cut
    yield start, len(text)


def split_lines(lines: Sequence[Line], budget: int, counter: TokenCounter) -> list[list[Line]]:
    """Pieces of about equal size, each at most `budget` tokens; every line is in exactly one.

    A single line above the budget is a piece of its own.
    """
    sizes = [counter.count(one.text) + 1 for one in lines]
    wanted = sum(sizes) / max(1, math.ceil(sum(sizes) / budget))
    pieces: list[list[Line]] = []
    filled = 0
    for line, size in zip(lines, sizes, strict=True):
        if not pieces or filled + size > budget or filled >= wanted:
            pieces.append([])
            filled = 0
        pieces[-1].append(line)
        filled += size
    return pieces


def choose_window(need: int, trained: int | None, limit: int) -> int:
    """The smallest doubling of SMALLEST_WINDOW of at least `need` tokens, within the training window and the limit."""
    most = min(limit, trained or limit)
    window = SMALLEST_WINDOW
    while window < need and window < most:
        window *= 2
    return min(window, most)
