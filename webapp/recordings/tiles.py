"""Speakers as the pages show them: a colour by number and a letter that is unique in the recording."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Colours there are; the ninth speaker has the first colour again, in a hollow tile.
COLOURS = 8
_NUMBERED = re.compile(r"(\d{1,2})\s*$")


@dataclass(frozen=True, slots=True)
class Tile:
    """A speaker's name, letter and style class."""

    name: str
    letter: str
    style: str
    seconds: float = 0.0


UNKNOWN = Tile("Unknown", "?", "s0")


def make(names: Sequence[str], seconds: Sequence[float] = ()) -> list[Tile]:
    """A tile for each speaker, in the order of first word."""
    spoken = [*seconds, *[0.0] * len(names)]
    return [
        Tile(name, letter, _style(number), spoken[number])
        for number, (name, letter) in enumerate(zip(names, letters(names), strict=True))
    ]


def _style(number: int) -> str:
    colour = f"s{number % COLOURS + 1}"
    return colour if number < COLOURS else f"{colour} hollow"


def letters(names: Sequence[str]) -> list[str]:
    """One letter each; two, or the number in the name, where the first letters are the same."""
    found = _told_apart([_initial(name) for name in names], names, _number_or_two)
    return _told_apart(found, names, lambda name, position: f"{_initial(name)}{position}")


def _initial(name: str) -> str:
    return name.strip()[:1].upper() or "?"


def _told_apart(found: list[str], names: Sequence[str], otherwise: Callable[[str, int], str]) -> list[str]:
    times = Counter(found)
    return [
        each if times[each] == 1 else otherwise(name, position)
        for position, (each, name) in enumerate(zip(found, names, strict=True), 1)
    ]


def _number_or_two(name: str, _position: int) -> str:
    numbered = _NUMBERED.search(name)
    return numbered[1] if numbered else name.strip()[:2].capitalize() or "?"
