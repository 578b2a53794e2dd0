"""The sound of stretches of recordings, one after the other, as a file like any other upload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pipeline.parts.stretch import Stretch
from pipeline.samples import SAMPLE_RATE, StoredSamples
from pipeline.sound_file import SoundFormat, blocks_of, write_sound_file

FULL_SCALE = 32767
_EXACT = {"flags": "+bitexact"}
_FLAC = SoundFormat("flac", "flac", "s16", container_options=_EXACT, codec_options=_EXACT)


def write_sound(
    parts: Sequence[tuple[StoredSamples, Stretch]],
    target: Path,
    recorded_on: str | None,
    on_progress: Callable[[float], None],
) -> None:
    """Write stretches of decoded samples to `target`, without a gap: FLAC, 16 kHz, mono, 16 bits.

    `recorded_on` is the day (ISO 8601) that the file is to tell. The same parts give the same bytes. `on_progress` gets
    the finished share, 0..1, and may raise to stop.
    """
    blocks = (
        np.rint(block * FULL_SCALE).astype(np.int16)
        for samples, stretch in parts
        for block in blocks_of(samples, round(stretch.start * SAMPLE_RATE), round(stretch.end * SAMPLE_RATE))
    )
    count = round(sum(stretch.seconds for _, stretch in parts) * SAMPLE_RATE)
    day = {"creation_time": recorded_on} if recorded_on else {}
    write_sound_file(target, _FLAC, blocks, count, on_progress, day)
