"""The samples of channels one after another, as one recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.channels.crosstalk import Quieted, find_crosstalk
from pipeline.channels.levels import Levels
from pipeline.running_gain import Evened
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE, SAMPLE_TYPE, Samples, StoredSamples
from pipeline.voice_activity import LONGEST_WINDOW_SECONDS, TimeSpan

GAP = int(LONGEST_WINDOW_SECONDS) * SAMPLE_RATE  # of silence after a channel: no window reaches from one into another
BLOCK = 30 * SAMPLE_RATE


class Stretch:
    """`length` samples from `start` on."""

    def __init__(self, samples: Samples, start: int, length: int) -> None:
        self.samples, self.start, self.length = samples, start, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        start, stop, _ = part.indices(self.length)
        return self.samples[self.start + start : self.start + max(start, stop)]


class Interleaved(StoredSamples):
    """One of several channels whose samples of a moment lie together in a file."""

    def __init__(self, path: Path, width: int, channel: int) -> None:
        super().__init__(path)
        self.halves = self.halves.reshape(-1, width)[:, channel]


class Line(StoredSamples):
    """A file of `count` channels, each followed by silence."""

    def __init__(self, path: Path, count: int) -> None:
        super().__init__(path)
        self.count, self.stride = count, len(self.halves) // count  # samples from channel to channel

    @property
    def channels(self) -> list[Stretch]:
        """The channels, each by itself."""
        return [Stretch(self, number * self.stride, self.stride - GAP) for number in range(self.count)]

    @cached_property
    def levels(self) -> Levels:
        """How loud each channel is."""
        return Levels.measure(self.channels)

    def even(self) -> Samples:
        """The channels with their voices equally loud, and without what they have of one another."""
        return _Joined(
            [
                Quieted(Evened(channel), where)
                for channel, where in zip(self.channels, find_crosstalk(self.levels), strict=True)
            ],
            self.stride,
        )

    def locate(self, seconds: float) -> tuple[int, float]:
        """The channel at a time of the line, and the time of the recording at which its samples begin in the line."""
        channel = min(self.count - 1, max(0, int(seconds * SAMPLE_RATE / self.stride)))
        return channel, channel * self.stride / SAMPLE_RATE

    def fold(self, span: TimeSpan) -> TimeSpan:
        """A stretch of one channel at its time in the recording; it may reach into the silence that follows."""
        _, offset = self.locate(span.start)
        end = min(span.end - offset, (self.stride - GAP) / SAMPLE_RATE)
        return TimeSpan(round(span.start - offset, 3), round(end, 3))


class _Joined:
    """Channels one after another, each from a multiple of `stride` on, with silence between."""

    def __init__(self, channels: Sequence[Samples], stride: int) -> None:
        self.channels, self.stride = channels, stride

    def __len__(self) -> int:
        return self.stride * len(self.channels)

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        start, stop, _ = part.indices(len(self))
        sound = np.zeros(max(0, stop - start), dtype=np.float32)
        for number in range(start // self.stride, -(-max(start, stop) // self.stride)):
            begin = number * self.stride
            first, last = max(start, begin), min(stop, begin + len(self.channels[number]))
            if first < last:
                sound[first - start : last - start] = self.channels[number][first - begin : last - begin]
        return sound


def write_line(
    channels: Sequence[Samples], length: int, descriptor: int, on_progress: Callable[[], None] = lambda: None
) -> None:
    """Write channels to an empty file as a line, each as long as `length` samples; silence takes no room."""
    with open(descriptor, "wb", closefd=False) as file:
        for number, channel in enumerate(channels):
            begin = number * (length + GAP)
            for start in range(0, len(channel), BLOCK):
                block = channel[start : start + BLOCK].astype(SAMPLE_TYPE)
                if block.any():
                    file.seek((begin + start) * SAMPLE_BYTES)
                    file.write(block.tobytes())
                on_progress()
        file.truncate(len(channels) * (length + GAP) * SAMPLE_BYTES)
