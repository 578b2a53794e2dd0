"""Where a part comes from, and where it lies in the recording that is made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a recording, from `start` to `end` there, that begins at `at` in another one. All in seconds.

    `is_last`: the recording ends with it, so that a word which is said to end later belongs to it.
    """

    start: float
    end: float
    at: float = 0.0
    is_last: bool = False

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start

    def holds(self, second: float) -> bool:
        """Whether a moment of the source lies in it."""
        return self.start <= second and (second < self.end or self.is_last)

    def holds_most_of(self, start: float, end: float) -> bool:
        """Whether the middle of a span of the source lies in it: of two stretches side by side, one does."""
        return self.holds((start + end) / 2)

    def place(self, second: float) -> float:
        """Where a moment of the source lies in the other recording; one before or after the stretch at its edge."""
        return round(min(max(second, self.start), self.end) - self.start + self.at, 3)

    def clip(self, start: float, end: float) -> tuple[float, float] | None:
        """A span of the source as far as it lies in the stretch, at its new place; None if it does not."""
        if end <= self.start or start >= self.end:
            return None
        return self.place(start), self.place(end)
