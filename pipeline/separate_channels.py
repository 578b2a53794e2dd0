"""The channels or tracks that carry a person each, and what a reader of the recap is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.recap import Notice


class Channels(StrEnum):
    """What is asked for: to find out whether channels carry different people, to mix them, or to keep them apart."""

    AUTO = "auto"
    MIX = "mix"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class Separate:
    """Channels of a file, or its sound tracks (`unit`), by their numbers from 1 on."""

    unit: str
    numbers: tuple[int, ...]

    @property
    def name(self) -> str:
        """Such as: channels 1 and 2."""
        *most, last = map(str, self.numbers)
        return f"{self.unit}s {', '.join(most)} and {last}"


def separate_notice(separate: Separate | None, wanted: str | None) -> Notice | None:
    """The notice that channels were heard one by one, or that it was asked for in vain; else None."""
    if separate is not None:
        return Notice(
            "separate_channels",
            f"{separate.name.capitalize()} were heard one by one, and tell who speaks.",
            "If people share them all, upload the file again and choose to mix the channels.",
        )
    if wanted == Channels.SEPARATE:
        return Notice(
            "separate_channels",
            "The channels could not be heard one by one: fewer than two of them have speech.",
            "Nothing needs to be done: all that was said is in the recap.",
        )
    return None
