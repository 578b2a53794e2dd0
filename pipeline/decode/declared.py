"""What a file says about its own length, and whether it is cut off.

There are three measures: what the header declares, what the file holds, and what was decoded. A header that says too
little loses nothing, since the file is read to its end. One that says more proves nothing either: it may be a guess. So
a recording counts as cut off only if bytes are missing, or its format counts samples, or a part could not be decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.decode.boxes import asf_properties, declared_end
from pipeline.decode.chunks import SampleData, family_of, find_samples
from pipeline.decode.mpeg_audio import Announcement, announced
from pipeline.decode.part import Part

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

LENGTH_TAG = re.compile(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)$")  # as Matroska stores it for a track
# These headers count the samples or pictures, and no other number tells whether some are missing.
COUNTED = ("flac", "wv", "tta", "mxf")
# Of these libavformat guesses a length, from the bit rate or the last packet; an MP3 may announce it, see below.
GUESSED = ("mp3", "aac", "amr", "ac3", "eac3", "mpegts", "mpeg")
SHORTFALL_SECONDS = 1.0
SHORTFALL_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Declared:
    """What one recording says about itself."""

    seconds: float | None  # the end of the audio, from where a player's clock starts
    missing: int | None  # bytes that the file should have and has not; None if it does not say how long it should be
    size: int  # bytes of the file
    counts_samples: bool

    @property
    def expected(self) -> float | None:
        """The seconds of sound to expect, at most: a share of those declared if bytes are missing."""
        return None if self.seconds is None else self.seconds * self.size / (self.size + (self.missing or 0))

    def is_cut_off(self, decoded: float, is_damaged: bool, unread: int) -> bool:
        """Whether clearly more was declared than `decoded` seconds, and why is known.

        `unread` is the number of bytes behind the last packet of sound.
        """
        whole = self.seconds
        if whole is None:
            whole = decoded * (1 + (self.missing or 0) / self.size)
        if whole - decoded <= max(SHORTFALL_SECONDS, SHORTFALL_SHARE * whole):
            return False
        is_counted = self.missing is None and self.counts_samples
        is_unreadable = unread / self.size > (1 - decoded / whole) / 2
        return bool(self.missing) or is_damaged or is_counted or is_unreadable


def read_declared(container: InputContainer, stream: AudioStream, part: Part, start: float) -> Declared:
    """What `part` declares, with times from `start` on."""
    name = container.format.name.split(",")[0]
    family = family_of(part)
    samples = find_samples(part.rest(0), family) if family else None
    frames = announced(part) if name == "mp3" else None
    missing = missing_bytes(part, name, samples, frames)
    if frames:
        seconds: float | None = frames.seconds
    elif samples and samples.declared is None:
        seconds = None
    else:
        seconds = declared_seconds(container, stream, part, start, missing)
        if seconds and samples and samples.declared and name != "aiff":  # libavformat cuts the length to what is there
            seconds *= samples.declared / max(1, samples.held)
    return Declared(seconds, missing, part.length, name in COUNTED)


def missing_bytes(part: Part, name: str, samples: SampleData | None, frames: Announcement | None) -> int | None:
    """How many bytes fewer the file has than it says; None if it says nothing."""
    if samples is not None:
        return samples.missing
    end = frames.end if frames else declared_end(part, name)
    return None if end is None else max(0, end - part.length)


def declared_seconds(
    container: InputContainer, stream: AudioStream, part: Part, start: float, missing: int | None
) -> float | None:
    """When the audio ends, in seconds from `start`; None if the file does not say and libavformat would guess."""
    name = container.format.name
    seconds = 0.0
    tag = LENGTH_TAG.match(stream.metadata.get("DURATION", ""))
    if name in GUESSED or (name == "avi" and missing):
        return None
    if name == "asf":
        properties = asf_properties(part)
        seconds = properties.seconds if properties and not properties.is_broadcast else 0.0
    elif stream.duration is not None and stream.time_base is not None:
        seconds = float(((stream.start_time or 0) + stream.duration) * stream.time_base) - start
    elif tag:
        hours, minutes, rest = tag.groups()
        seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest) - start
    elif not container.streams.video:  # else it is the length of the longest track, which may be the picture
        seconds = (container.duration or 0) / 1e6
    return seconds if seconds > 0 else None
