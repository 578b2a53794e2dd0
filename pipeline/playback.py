"""The sound that browsers play: a small copy of the decoded samples, which every browser can play from any place."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from pipeline.samples import Samples
from pipeline.sound_file import SoundFormat, blocks_of, write_sound_file

#: Of AAC, in bits a second: speech is clear, and an hour takes 23 MB.
_BIT_RATE = 48_000
#: The index is in front, so that playing begins at once.
_MP4 = SoundFormat("mp4", "aac", "fltp", container_options={"movflags": "+faststart"}, bit_rate=_BIT_RATE)


class EncodingFailed(Exception):
    """The encoder gave up; the cause is what it raised."""


def write_playback(samples: Samples, target: Path, on_progress: Callable[[float], None]) -> None:
    """Write samples to `target` as AAC in MP4.

    `on_progress` gets the finished share, 0..1, and may raise to stop. Raises EncodingFailed, or OSError where the disk
    is full.
    """
    import av

    try:
        write_sound_file(target, _MP4, blocks_of(samples), len(samples), on_progress)
    except (av.error.FFmpegError, av.codec.codec.UnknownCodecError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise EncodingFailed() from error
