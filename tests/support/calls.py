"""Calls with a person on each channel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.channels.line import Line, write_line
from support.voices import Sound

RATE = 16_000


def delayed(sound: Sound, seconds: float, decibels: float) -> Sound:
    """The echo of a sound: as long as it, that much later and louder (fainter, if negative)."""
    late = np.concatenate([np.zeros(round(seconds * RATE), dtype=np.float32), sound])[: len(sound)]
    return np.asarray(late * np.float32(10 ** (decibels / 20)))


def in_turns(*voices: Sound) -> NDArray[np.float32]:
    """Voices one after another, each on a channel of its own: shape (channels, samples)."""
    length = sum(map(len, voices))
    channels = np.zeros((len(voices), length), dtype=np.float32)
    begin = 0
    for number, voice in enumerate(voices):
        channels[number, begin : begin + len(voice)] = voice
        begin += len(voice)
    return channels


def make_line(path: Path, channels: Sequence[Sound]) -> Line:
    """A line of channels in a new file."""
    with path.open("wb") as file:
        write_line(channels, max(map(len, channels)), file.fileno())
    return Line(path, len(channels))
