"""Subtitles: at most two lines of 42 columns, one to seven seconds, cut where speech pauses if that can be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.recap import Recap, Segment
from pipeline.render.exports.spoken_tokens import LINE_WIDTH, SpokenToken, list_tokens, measure
from pipeline.render.exports.voices import name_voices

LEAST_SECONDS, MOST_SECONDS = 1.0, 7.0
#: A cue that the next one of the same voice leaves less time than this takes it from that one.
SHORTEST_SECONDS = 0.1
#: No cue goes on over a pause this long.
LONG_PAUSE = 1.5
PAUSE = 0.3
_SENTENCE_ENDS, _CLAUSE_ENDS = tuple(".?!…。？！।؟"), tuple(",;:–—、，；：،")
_CLOSING = "\"'”’»)]」』"
#: What a cut costs, by what stands before it; a cue costs a little itself, so that no more are made than needed.
_AT_SENTENCE, _AT_CLAUSE, _AT_PAUSE, _ANYWHERE, _CUE, _TOO_SHORT = 0.0, 3.0, 4.0, 12.0, 2.0, 8.0
#: How many columns of difference between two lines a cut is worth, for each unit of its cost.
_CUT_OF_LINE = 2.0


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle in seconds; `name` is who speaks, empty where no speakers are known."""

    start: float
    end: float
    voice: str | None
    name: str
    lines: tuple[str, ...]


def list_cues(recap: Recap, *, labels: bool = False) -> list[Cue]:
    """The subtitles in the order of their start; with `labels`, the text names each voice where it begins."""
    names = name_voices(recap) if recap.transcript.speakers else {}
    segments = sorted((one for one in recap.transcript.segments if one.text.strip()), key=lambda one: one.start)
    cues: list[Cue] = []
    for voice, group in groupby(segments, lambda one: one.speaker):
        name = names.get(voice, "")
        label = f"{_shorten(name)}:" if labels and name else ""
        for stretch in _split_at_pauses(group):
            first = stretch[0]
            tokens = [SpokenToken(label, first.start, first.start), *stretch] if label else stretch
            for chosen in _choose_cues(tokens, is_labelled=bool(label)):
                end = max(one.end for one in chosen)
                cues.append(Cue(chosen[0].start, end, voice, name, _break_lines(chosen)))
            label = ""
    return sorted(_part(cues), key=lambda one: one.start)


def _shorten(name: str) -> str:
    """A name that leaves room for its colon in a line."""
    if measure(name) < LINE_WIDTH:
        return name
    while measure(name) > LINE_WIDTH - 2:
        name = name[:-1]
    return f"{name}…"


def _split_at_pauses(segments: Iterable[Segment]) -> Iterator[list[SpokenToken]]:
    stretch: list[SpokenToken] = []
    for token in (one for segment in segments for one in list_tokens(segment)):
        if stretch and token.start - stretch[-1].end >= LONG_PAUSE:
            yield stretch
            stretch = []
        stretch.append(token)
    if stretch:
        yield stretch


def _choose_cues(tokens: Sequence[SpokenToken], *, is_labelled: bool) -> list[Sequence[SpokenToken]]:
    """Cut tokens into cues that fit, at the least cost of all ways to do so; a label stays with what follows."""
    costs, origins = [0.0, *([math.inf] * len(tokens))], [0] * (len(tokens) + 1)
    widths = [measure(token.text) for token in tokens]
    for first in range(len(tokens)):
        for end in _list_ends(tokens, widths, first):
            cost = costs[first] + _cost_of(tokens, first, end)
            if cost < costs[end] and not (is_labelled and end == 1):
                costs[end], origins[end] = cost, first
    cues, end = [], len(tokens)
    while end:
        cues.append(tokens[origins[end] : end])
        end = origins[end]
    return cues[::-1]


def _list_ends(tokens: Sequence[SpokenToken], widths: Sequence[int], first: int) -> Iterator[int]:
    """Where a cue may end that begins with the token `first`: it fits into two lines and into the time."""
    line, width = 1, 0
    for number in range(first, len(tokens)):
        token = tokens[number]
        wider = width + (token.is_spaced and width > 0) + widths[number]
        if wider > LINE_WIDTH:
            line, wider = line + 1, widths[number]
        if line > 2 or token.start - tokens[first].start > MOST_SECONDS:
            return
        width = wider
        yield number + 1


def _cost_of(tokens: Sequence[SpokenToken], first: int, end: int) -> float:
    start, until = tokens[first].start, tokens[end - 1].end
    too_long = max(0.0, until - start - MOST_SECONDS)
    if end == len(tokens):
        return _CUE + too_long
    seconds = max(until, tokens[end].start) - start
    too_short = max(0.0, LEAST_SECONDS - seconds)
    return _CUE + too_long + _TOO_SHORT * too_short + _cost_between(tokens[end - 1], tokens[end])


def _cost_between(before: SpokenToken, after: SpokenToken) -> float:
    """What it costs to cut there."""
    said = before.text.rstrip(_CLOSING)
    if said.endswith(_SENTENCE_ENDS):
        return _AT_SENTENCE
    if said.endswith(_CLAUSE_ENDS):
        return _AT_CLAUSE
    return _AT_PAUSE if after.start - before.end >= PAUSE else _ANYWHERE


def _break_lines(tokens: Sequence[SpokenToken]) -> tuple[str, ...]:
    """One line, or two of about the same width, parted where that reads well."""
    whole = _join(tokens)
    if measure(whole) <= LINE_WIDTH:
        return (whole,)
    ways = []
    for number in range(1, len(tokens)):
        lines = (_join(tokens[:number]), _join(tokens[number:]))
        widths = [measure(line) for line in lines]
        if max(widths) <= LINE_WIDTH:
            cost = _cost_between(tokens[number - 1], tokens[number])
            ways.append((abs(widths[0] - widths[1]) + _CUT_OF_LINE * cost, lines))
    return min(ways)[1]


def _join(tokens: Iterable[SpokenToken]) -> str:
    return "".join(f" {one.text}" if one.is_spaced else one.text for one in tokens).strip()


def _part(cues: Iterable[Cue]) -> list[Cue]:
    """The cues, in whole milliseconds, as long as they should be and never over the next one of the same voice."""
    parted: list[Cue] = []
    places: dict[str | None, int] = {}
    for cue in sorted(cues, key=lambda one: one.start):
        start = cue.start
        if cue.voice in places:
            before = parted[places[cue.voice]]
            start = max(start, before.start + SHORTEST_SECONDS)
            parted[places[cue.voice]] = replace(before, end=round(min(before.end, start), 3))
        end = min(max(cue.end, start + LEAST_SECONDS), start + MOST_SECONDS)
        places[cue.voice] = len(parted)
        parted.append(replace(cue, start=round(start, 3), end=round(end, 3)))
    return parted
