"""What is known of a decoded file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.decode.refusals import REFUSALS
from pipeline.loudness import Loudness
from pipeline.samples import SAMPLE_BYTES, SAMPLE_RATE
from pipeline.separate_channels import Separate
from pipeline.tracks import SoundTrack

EARLIEST = date(1990, 1, 1)
MOST = 2**31  # of anything that is counted


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
    tracks: tuple[SoundTrack, ...] = ()  # if the file has several sound tracks; the others are those of the first used
    loudness: Loudness = field(default_factory=Loudness)  # before it was amplified
    separate: Separate | None = None  # the channels or tracks with a person each, if they are kept apart
    recorded_on: str | None = None  # the day that the file says it was recorded (ISO 8601)


def _read_day(written: object) -> str | None:
    """The day of a time such as "2026-11-27T09:00:00Z"; None for others, and for the zero of a clock never set."""
    try:
        day = date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
    return day.isoformat() if day > EARLIEST else None


def read_info(result: dict[str, Any], size_bytes: int, width: int = 1) -> AudioInfo:
    """Validate a child's result, which is untrusted: types, ranges, and the samples against the file's size.

    `width` is the number of channels that were kept apart.

    Raises UnsupportedMedia.
    """
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
            recorded_on=_read_day(result.get("recorded_at")),
        )
        names = re.fullmatch(r"[a-z0-9_]{1,32}", info.container) and re.fullmatch(r"[a-z0-9_]{1,32}", info.codec)
        if not names or int(result["samples"]) * SAMPLE_BYTES * width != size_bytes:
            raise ValueError("the result does not fit")
        if not all(0 <= count < MOST for count in (info.sample_rate, info.channels, info.declared_seconds or 0)):
            raise ValueError("no recording has such numbers")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise REFUSALS["crash"]() from error
    return info
