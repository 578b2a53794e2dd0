"""The sound of stretches of recordings, one after the other, as a file like any other upload."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.parts.stretch import Stretch
from pipeline.samples import SAMPLE_RATE, StoredSamples

_BLOCK_SECONDS = 10
FULL_SCALE = 32767


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
    import av

    total, done = sum(stretch.seconds for _, stretch in parts) * SAMPLE_RATE, 0
    with av.open(str(target), "w", format="flac", options={"flags": "+bitexact"}) as container:
        if recorded_on:
            container.metadata["creation_time"] = recorded_on
        stream = container.add_stream("flac", rate=SAMPLE_RATE, options={"flags": "+bitexact"})
        stream.layout = "mono"
        for samples, stretch in parts:
            for block in _blocks(samples, stretch):
                frame = av.AudioFrame.from_ndarray(block[np.newaxis], format="s16", layout="mono")
                frame.sample_rate, frame.pts = SAMPLE_RATE, done
                container.mux(stream.encode(frame))
                done += len(block)
                on_progress(min(1.0, done / max(1.0, total)))
        container.mux(stream.encode(None))


def _blocks(samples: StoredSamples, stretch: Stretch) -> Iterator[NDArray[np.int16]]:
    first, last = round(stretch.start * SAMPLE_RATE), min(len(samples), round(stretch.end * SAMPLE_RATE))
    for at in range(first, last, _BLOCK_SECONDS * SAMPLE_RATE):
        block = samples[at : min(last, at + _BLOCK_SECONDS * SAMPLE_RATE)]
        yield np.rint(np.clip(block, -1.0, 1.0) * FULL_SCALE).astype(np.int16)
