"""Speakers as pages show them: a colour by number, and a letter that is unique in the recording."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: The number of colours. The ninth speaker has the first colour again, in a hollow badge.
COLOURS = 8
_TRAILING_NUMBER = re.compile(r"(\d{1,2}b?)\s*$")


@dataclass(frozen=True, slots=True)
class SpeakerBadge:
    """A speaker's name, letter, style class, and seconds of speech."""

    name: str
    letter: str
    style: str
    seconds: float = 0.0


UNKNOWN = SpeakerBadge("Unknown", "?", "s0")


def make_badges(names: Sequence[str], seconds: Sequence[float] = ()) -> list[SpeakerBadge]:
    """A badge for each speaker, in the order of their first words."""
    spoken = [*seconds, *[0.0] * len(names)]
    return [
        SpeakerBadge(name, letter, _style(number), spoken[number])
        for number, (name, letter) in enumerate(zip(names, choose_letters(names), strict=True))
    ]


def _style(number: int) -> str:
    colour = f"s{number % COLOURS + 1}"
    return colour if number < COLOURS else f"{colour} hollow"


def choose_letters(names: Sequence[str]) -> list[str]:
    """The initial of each name; two letters, or the number in the name, where initials are equal."""
    letters = _make_unique([_initial(name) for name in names], names, _number_or_two_letters)
    return _make_unique(letters, names, lambda name, position: f"{_initial(name)}{position}")


def _initial(name: str) -> str:
    return name.strip()[:1].upper() or "?"


def _make_unique(letters: list[str], names: Sequence[str], alternative: Callable[[str, int], str]) -> list[str]:
    times = Counter(letters)
    return [
        letter if times[letter] == 1 else alternative(name, position)
        for position, (letter, name) in enumerate(zip(letters, names, strict=True), 1)
    ]


def _number_or_two_letters(name: str, _position: int) -> str:
    number = _TRAILING_NUMBER.search(name)
    return number[1] if number else name.strip()[:2].capitalize() or "?"
