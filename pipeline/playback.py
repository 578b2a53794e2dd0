"""The sound that browsers play: a small copy of the decoded samples, which every browser can play from any place."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.samples import SAMPLE_RATE, Samples

#: Of AAC, in bits a second: speech is clear, and an hour takes 23 MB.
_BIT_RATE = 48_000
_CODEC = "aac"
_BLOCK_SECONDS = 10


class EncodingFailed(Exception):
    """The encoder gave up; the cause is what it raised."""


def write_playback(samples: Samples, target: Path, on_progress: Callable[[float], None]) -> None:
    """Write samples to `target` as AAC in MP4, with its index in front, so that playing begins at once.

    `on_progress` gets the finished share, 0..1, and may raise to stop. Raises EncodingFailed, or OSError where the disk
    is full.
    """
    import av

    try:
        _encode(samples, target, on_progress)
    except (av.error.FFmpegError, av.codec.codec.UnknownCodecError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise EncodingFailed() from error


def _encode(samples: Samples, target: Path, on_progress: Callable[[float], None]) -> None:
    import av

    block = _BLOCK_SECONDS * SAMPLE_RATE
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(_CODEC, rate=SAMPLE_RATE)
        stream.layout, stream.bit_rate = "mono", _BIT_RATE
        for at in range(0, len(samples), block):
            sound = np.clip(samples[at : at + block], -1.0, 1.0)
            frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, at
            container.mux(stream.encode(frame))
            on_progress(min(1.0, (at + block) / len(samples)))
        container.mux(stream.encode(None))
