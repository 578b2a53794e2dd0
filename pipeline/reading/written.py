"""Lays the numbers as people write them over a segment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.recap import Segment, Word, WrittenNumber


def written_text(segment: Segment) -> str:
    """The text of a segment with its numbers as people write them."""
    parts, place = [], 0
    for number in segment.numbers:
        parts += [segment.text[place : number.position], number.written]
        place = number.position + len(number.said)
    return "".join((*parts, segment.text[place:]))


def write_out(segment: Segment, located: Sequence[tuple[int, int, Word]]) -> Segment:
    """The segment as it is read: text, words, spellings and numbers stand where they are in the written text.

    `located` are its words with the characters of the text between which each stands. Words of one number become one:
    it is spoken from the first to the last, and as sure as the least sure of them.
    """
    if not segment.numbers:
        return segment
    text, shift = written_text(segment), _make_shift(segment.numbers)
    words = []
    for group in _group(located, segment.numbers):
        start, end = shift(group[0][0]), shift(group[-1][1])
        spoken = [word for _, _, word in group]
        words.append(
            replace(
                spoken[0],
                end=max(word.end for word in spoken),
                text=text[start:end],
                probability=min(word.probability for word in spoken),
                position=start,
            )
        )
    return replace(
        segment,
        text=text,
        words=tuple(words),
        spellings=tuple(replace(one, position=shift(one.position)) for one in segment.spellings),
        numbers=tuple(replace(one, position=shift(one.position)) for one in segment.numbers),
    )


def _make_shift(numbers: Iterable[WrittenNumber]) -> Callable[[int], int]:
    """Where a character outside the numbers, or an edge of one, stands in the written text."""
    ends, shifts, shift = [], [0], 0
    for number in numbers:
        shift += len(number.written) - len(number.said)
        ends.append(number.position + len(number.said))
        shifts.append(shift)
    return lambda position: position + shifts[bisect_right(ends, position)]


def _group(
    located: Sequence[tuple[int, int, Word]], numbers: Iterable[WrittenNumber]
) -> Iterator[list[tuple[int, int, Word]]]:
    """Each word alone, or together with those of the same number."""
    spans = [(one.position, one.position + len(one.said)) for one in numbers]
    group: list[tuple[int, int, Word]] = []
    for start, end, word in located:
        before = group[-1][1] if group else 0
        if group and not any(first < before and start < last for first, last in spans):
            yield group
            group = []
        group.append((start, end, word))
    if group:
        yield group
