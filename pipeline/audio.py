"""Decodes uploads: any container in, 16 kHz mono samples on disk out. Nothing else opens an upload.

Uploads are untrusted. A text file named .mp3 can be a playlist that reads the server's own files, a small file can hold
days of audio, a damaged one can crash a decoder. So each file is read by a child process (`pipeline.decode`) with a
list of allowed containers and codecs, without the right to open anything else, and with limits on memory, time and
decoded seconds. The other stages get arrays, never the upload.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.decode.child import run_child
from pipeline.decode.files import fsync_folder, open_pending, open_upload, storage_errors
from pipeline.decode.limits import DecodeLimits
from pipeline.decode.refusals import REFUSALS
from pipeline.samples import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The properties of a decoded file."""

    duration_seconds: float  # decoded
    container: str  # libavformat's name, such as "mov" for MP4, M4A and 3GP, "matroska" for WebM too
    codec: str  # libavcodec's name, such as "aac"
    sample_rate: int  # Hz, before resampling
    channels: int
    has_video: bool  # a cover picture is none
    declared_seconds: float | None  # from the header, unless that has none or only an estimate
    truncated: bool  # the header announces clearly more than there is: by over a second and over 1 %


def decode(
    source: Path, target: Path, limits: DecodeLimits, *, on_progress: Callable[[float], None] | None = None
) -> AudioInfo:
    """Decode the main sound track of `source` once, streaming, to raw 16 kHz mono float32 little endian at `target`.

    `on_progress` is called at least every half second with the finished share, 0 to 1, which never falls. If it raises,
    the child is killed and the exception propagates. `target` appears complete or not at all.

    Raises UnsupportedMedia, NoAudio, TooLong, TooShort, StorageFull; InternalError when the child cannot start or
    a file cannot be opened.
    """
    output, pending = open_pending(target)
    try:
        with open_upload(source) as upload:
            size = os.fstat(upload).st_size
            result = run_child(upload, output, size, limits, on_progress or (lambda fraction: None))
        info = _info(result, os.fstat(output).st_size)
        with storage_errors():
            os.fsync(output)
            os.replace(pending, target)
            fsync_folder(target.parent)
        return info
    finally:
        os.close(output)
        pending.unlink(missing_ok=True)


def _info(result: dict[str, Any], size_bytes: int) -> AudioInfo:
    """Validate a child's result, which is untrusted: types, ranges, and the samples against the file's size."""
    try:
        declared = result["declared_seconds"]
        info = AudioInfo(
            duration_seconds=int(result["samples"]) / SAMPLE_RATE,
            container=str(result["container"]),
            codec=str(result["codec"]),
            sample_rate=int(result["sample_rate"]),
            channels=int(result["channels"]),
            has_video=bool(result["has_video"]),
            declared_seconds=None if declared is None else float(declared),
            truncated=bool(result["truncated"]),
        )
        names = re.fullmatch(r"[a-z0-9_]{1,32}", info.container) and re.fullmatch(r"[a-z0-9_]{1,32}", info.codec)
        if not names or int(result["samples"]) * 4 != size_bytes:
            raise ValueError("the result does not fit")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise REFUSALS["crash"]() from error
    return info
