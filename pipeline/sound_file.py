"""Writes decoded sound to a file that others can play: block by block, so that memory stays constant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.samples import SAMPLE_RATE, Samples

_BLOCK = 10 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """A container, its codec, how the codec takes samples (by FFmpeg's name), and options of both.

    `bit_rate` is in bits a second, None: the codec's own.
    """

    container: str
    codec: str
    samples: str
    container_options: Mapping[str, str] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=dict)
    bit_rate: int | None = None


def blocks_of(samples: Samples, first: int = 0, last: int | None = None) -> Iterator[NDArray[np.float32]]:
    """Samples from `first` on, before `last`, block by block, within -1 and 1."""
    end = len(samples) if last is None else min(len(samples), last)
    for at in range(first, end, _BLOCK):
        yield np.clip(samples[at : min(end, at + _BLOCK)], -1.0, 1.0)


def write_sound_file(
    target: Path,
    form: SoundFormat,
    blocks: Iterable[NDArray[Any]],
    count: int,
    on_progress: Callable[[float], None],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write `count` samples at SAMPLE_RATE, one channel, as they come in blocks.

    `on_progress` gets the finished share, 0..1, and may raise to stop. Raises what PyAV does.
    """
    import av

    done = 0
    with av.open(str(target), "w", format=form.container, options=dict(form.container_options)) as container:
        container.metadata.update(metadata or {})
        stream: Any = container.add_stream(form.codec, rate=SAMPLE_RATE, options=dict(form.codec_options))
        stream.layout = "mono"
        if form.bit_rate is not None:
            stream.bit_rate = form.bit_rate
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(block[np.newaxis], format=form.samples, layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, done
            container.mux(stream.encode(frame))
            done += len(block)
            on_progress(min(1.0, done / max(1, count)))
        container.mux(stream.encode(None))
