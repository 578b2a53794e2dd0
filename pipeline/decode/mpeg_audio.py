"""The frames of MP3 files: where they begin, and what the first one says about the whole file.

Source: ISO/IEC 11172-3, section 2.4.1.3 (frame header); id3.org, ID3v2.4 structure, section 3.1; the layout of the
Xing tag is common to all encoders: the name, flags, number of frames, number of bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.decode.part import Part

SYNC = re.compile(rb"\xff[\xe2-\xe7\xf2-\xff]")
OTHERS = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22|RIFF.{4}WAVE|OggS\x00\x02", re.DOTALL)  # also found behind such tags
CHAIN = 8  # so many frames in a row are no accident
LEAST_BYTES_PER_SECOND = 900  # 8 kbit/s is the lowest bit rate
SEARCH_BYTES = 32 << 20
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # Hz, by version: 1, 2, 2.5
BIT_RATES = {  # kbit/s, by whether it is version 1, and the layer
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame header: bytes and samples of the frame, its rate in Hz, and where a Xing tag would be."""

    length: int
    samples: int
    rate: int
    tag: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the Xing tag in the first frame says about the whole file."""

    seconds: float
    end: int | None  # offset of the end of all frames


def parse_frame(head: bytes) -> Frame | None:
    """The frame that begins with these four bytes, if any."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate_index, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or not 0 < bits < 15 or rate_index == 3:
        return None
    rate, first = RATES[version][rate_index], version == 3
    bit_rate = BIT_RATES[first, layer][bits - 1] * 1000
    samples = 384 if layer == 1 else 1152 if layer == 2 or first else 576
    slot = 4 if layer == 1 else 1
    length = (samples // 8 // slot * bit_rate // rate + padding) * slot
    is_mono = head[3] >> 6 == 3
    tag = 4 + ((17 if is_mono else 32) if first else (9 if is_mono else 17))
    return Frame(length, samples, rate, tag)


def frames_at(part: Part, offset: int) -> int:
    """How many frames follow each other from `offset` on, counted up to CHAIN."""
    for count in range(CHAIN):
        frame = parse_frame(part.bytes_at(offset, 4))
        if frame is None:
            return CHAIN if count and offset >= part.length else count
        offset += frame.length
    return CHAIN


def find_frames(part: Part, offset: int) -> int | None:
    """Where the first frames after `offset` begin, within SEARCH_BYTES."""
    for found in SYNC.finditer(part.bytes_at(offset, SEARCH_BYTES)):
        at = offset + found.start()
        if frames_at(part, at) == CHAIN:
            return at
    return None


def without_tag(part: Part) -> Part:
    """`part` without its ID3 tag, wherever that ends: its size can be wrong, and the sound would be missed."""
    if part.bytes_at(0, 3) != b"ID3":
        return part
    begin = find_frames(part, 10)
    if begin is None:
        other = OTHERS.search(part.bytes_at(0, SEARCH_BYTES))
        begin = other.start() if other else 0
    return part.rest(begin)


def announced(part: Part) -> Announcement | None:
    """What the first frame announces; None if it has no Xing tag or only speaks of a part of the file."""
    begin = find_frames(part, 0)
    frame = None if begin is None else parse_frame(part.bytes_at(begin, 4))
    if begin is None or frame is None:
        return None
    tag = part.bytes_at(begin + frame.tag, 16)
    flags = int.from_bytes(tag[4:8])
    if tag[:4] not in (b"Xing", b"Info") or not flags & 1:
        return None
    seconds = int.from_bytes(tag[8:12]) * frame.samples / frame.rate
    size = int.from_bytes(tag[12:16]) if flags & 2 else None
    if not 0 < seconds < part.length / LEAST_BYTES_PER_SECOND:
        return None
    if size is not None and find_frames(part, begin + size) is not None:
        return None  # another recording is joined to this one
    return Announcement(seconds, None if size is None else begin + size)
