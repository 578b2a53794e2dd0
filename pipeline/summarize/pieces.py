"""A transcript as lines for a prompt, and the lines in pieces that fit a window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.recap import Segment, Transcript
from pipeline.summarize.prompts import as_data
from pipeline.summarize.tokens import TokenCounter

LINE_CHARACTERS = 1500
"""A segment longer than this becomes several lines with one id."""
NAME_CHARACTERS = 60
"""A longer name would take the room of what is said."""
UNKNOWN = "Unknown"
SHORTEST_HALF = 100
"""Characters; a line is not cut into smaller parts."""
SMALLEST_WINDOW = 8192
"""Tokens, where the model has so many: room for an answer and half an hour of talk."""
NEARBY = 0.25
"""How far from the wanted place a cut may be, as a share of the piece."""
TURN_SECONDS = 2.0
"""A change of speaker is as good a place to cut as so many more seconds of silence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a prompt, with the id the model sees, and the seconds of the recording it stands for."""

    id: str
    speaker: str
    text: str
    start: float
    end: float

    @property
    def told(self) -> str:
        """The line as it stands in the prompt."""
        return f"[{self.id}] {self.speaker}: {self.text}"


def build_lines(transcript: Transcript) -> tuple[list[Line], dict[str, Segment]]:
    """All segments with text as lines in order of time, and the segment of each short id."""
    lines: list[Line] = []
    by_id: dict[str, Segment] = {}
    for segment in sorted(transcript.segments, key=lambda one: one.start):
        text = as_data(segment.text)
        if not text:
            continue
        short = f"s{len(by_id) + 1}"
        by_id[short] = segment
        line = Line(short, name_shown(transcript.name_of(segment.speaker)), text, segment.start, segment.end)
        lines += _cut(line, list(_stretches(text)))
    return lines, by_id


def name_shown(name: str | None) -> str:
    """A speaker's name as the model sees it."""
    return as_data(name or "")[:NAME_CHARACTERS].strip() or UNKNOWN


def _cut(line: Line, stretches: Sequence[tuple[int, int]]) -> Iterator[Line]:
    """The line in several, with times in proportion to the characters."""
    pace = (line.end - line.start) / len(line.text)
    for since, until in stretches:
        start, end = line.start + since * pace, line.start + until * pace
        yield replace(line, text=line.text[since:until].strip(), start=start, end=end)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of at most LINE_CHARACTERS, cut after a sentence or a word where there is one."""
    start = 0
    while len(text) - start > LINE_CHARACTERS:
        cut = _find_cut(text, start + LINE_CHARACTERS // 2, start + LINE_CHARACTERS)
        yield start, cut
        start = cut
    yield start, len(text)


def _find_cut(text: str, least: int, most: int) -> int:
    cuts = (text.rfind(mark, least, most) for mark in (". ", "? ", "。", " "))
    return next((at + 1 for at in cuts if at >= 0), most)


def take_piece(lines: Sequence[Line], budget: int, counter: TokenCounter) -> tuple[list[Line], list[Line]]:
    """The first piece of at most `budget` tokens, and the rest. A single line above the budget is a piece of its own.

    The pieces to come are meant to be of one size. Within a quarter of that, the cut is where the silence is longest,
    a change of speaker counting as some more seconds of it, unless a piece more would be needed for that.
    """
    ends = list(accumulate(counter.count(line.told) + 1 for line in lines))
    total = ends[-1]
    if total <= budget or len(lines) == 1:
        return list(lines), []
    count = math.ceil(total / budget)
    wanted = total / count
    least, most = max(wanted * (1 - NEARBY), total - (count - 1) * budget), min(wanted * (1 + NEARBY), budget)
    at = find_pause(lines, ends, wanted, least, most)
    return list(lines[:at]), list(lines[at:])


def halve(lines: Sequence[Line]) -> list[list[Line]]:
    """Two pieces of about one size, a single line cut in two; none where that is too short for it."""
    if len(lines) > 1:
        ends = list(accumulate(len(line.text) for line in lines))
        middle = ends[-1] / 2
        at = find_pause(lines, ends, middle, middle * (1 - NEARBY), middle * (1 + NEARBY))
        return [list(lines[:at]), list(lines[at:])]
    line = lines[0]
    if len(line.text) < 2 * SHORTEST_HALF:
        return []
    cut = _find_cut(line.text, len(line.text) // 3, len(line.text) // 2 + 1)
    return [[one] for one in _cut(line, [(0, cut), (cut, len(line.text))])]


def find_pause(lines: Sequence[Line], ends: Sequence[int], wanted: float, least: float, most: float) -> int:
    """The number of lines before the best cut; `ends` is the size up to each line.

    Where no line ends between `least` and `most`, it is the last place before `most`, or after the first line.
    """
    places = [at for at in range(1, len(lines)) if least <= ends[at - 1] <= most]
    if not places:
        return max(1, sum(1 for end in ends[:-1] if end <= most))
    return max(places, key=lambda at: (_pause_before(lines, at), -abs(ends[at - 1] - wanted)))


def _pause_before(lines: Sequence[Line], at: int) -> float:
    """How well a cut before a line fits, in seconds of silence; below zero within a segment."""
    before, after = lines[at - 1], lines[at]
    if before.id == after.id:
        return -1.0
    return max(0.0, after.start - before.end) + (TURN_SECONDS if before.speaker != after.speaker else 0.0)


def choose_window(need: int, trained: int | None, limit: int) -> int:
    """The smallest doubling of SMALLEST_WINDOW of at least `need` tokens, within the training window and the limit."""
    most = min(limit, trained or limit)
    window = SMALLEST_WINDOW
    while window < need and window < most:
        window *= 2
    return min(window, most)
