"""The order of text that runs from right to left, by the Unicode bidirectional algorithm."""

from __future__ import annotations

import re
from typing import NamedTuple

from bidi import algorithm

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]",
)


#: Joiners take the direction of the letter before them, as its accents do.
_JOINERS = str.maketrans("\u200c\u200d", "\u0300\u0300")


class DirectedRun(NamedTuple):
    """Characters `start` to `end` of a text, which run from right to left if `rtl`."""

    start: int
    end: int
    rtl: bool


def has_rtl(text: str) -> bool:
    """Whether any character belongs to a script that runs from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def is_rtl(text: str) -> bool:
    """Whether a paragraph runs from right to left: its first letter decides (rules P2 and P3)."""
    return has_rtl(text) and algorithm.get_base_level(text) == 1


def order_runs(text: str, *, rtl: bool) -> list[DirectedRun]:
    """The runs of one line from left to right, in a paragraph that runs from right to left if `rtl`.

    `text` has no format characters but joiners.
    """
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = (1, "R") if rtl else (0, "L")
    algorithm.get_embedding_levels(text.translate(_JOINERS), storage)
    for index, character in enumerate(storage["chars"]):
        character["index"] = index
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    algorithm.reorder_resolved_levels(storage, False)
    runs: list[DirectedRun] = []
    for character in storage["chars"]:
        index, odd = character["index"], bool(character["level"] % 2)
        last = runs[-1] if runs else None
        if last and last.rtl == odd and index == (last.start - 1 if odd else last.end):
            runs[-1] = DirectedRun(min(index, last.start), max(index + 1, last.end), odd)
        else:
            runs.append(DirectedRun(index, index + 1, odd))
    return runs
