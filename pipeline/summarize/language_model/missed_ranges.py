"""The stretches of a recording that a model gave no usable answer about."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.summarize.language_model.transcript_lines import TranscriptLine


class MissedRanges:
    """Collects chunks in order of time. `ranges` are in seconds."""

    def __init__(self) -> None:
        self.ranges: list[tuple[float, float]] = []
        self._is_open = False

    def add(self, chunk: Sequence[TranscriptLine]) -> None:
        """Record the chunk as missed, joined with the one before if nothing was read in between."""
        start, end = chunk[0].start, max(one.end for one in chunk)
        if self._is_open:
            start, before = self.ranges.pop()
            end = max(end, before)
        self.ranges.append((start, end))
        self._is_open = True

    def has_read(self) -> None:
        """A chunk was read: what is missed from here on is another range."""
        self._is_open = False
