"""The outermost structure of MP4, Matroska, ASF and AVI files: how long they say that they are."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.decode.chunks import Family, chunks
from pipeline.decode.part import Part

MOST_BOXES = 100_000
INDEX = re.compile(rb"(....)moov....mvhd", re.DOTALL)  # a box and the first one in it
INDEX_OPENING = 16
SEARCH_BLOCK = 1 << 20
MATROSKA_HEADER = b"\x1a\x45\xdf\xa3"
MATROSKA_SEGMENT = b"\x18\x53\x80\x67"
ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
OUTER_RIFF = Family(0, 4, "<I", 2, 0, b"")


@dataclass(frozen=True, slots=True)
class Box:
    """An MP4 box, from `start` to `end` as its header says."""

    kind: bytes
    start: int
    end: int


def boxes(part: Part) -> Iterator[Box]:
    """The outermost boxes of an MP4 or MOV file, the last one perhaps longer than the file.

    Source: ISO/IEC 14496-12, section 4.2: a box is its size (32 bits, or 64 when that is 1), its type, its content.
    """
    at = 0
    for _ in range(MOST_BOXES):
        head = part.bytes_at(at, 16)
        if len(head) < 8:
            return
        size, kind = int.from_bytes(head[:4]), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = part.length - at
        if size < 8 or not all(31 < letter < 127 or letter == 0xA9 for letter in kind):
            return
        yield Box(kind, at, at + size)
        at += size


def lacks_index(part: Part) -> bool:
    """Whether it is an MP4 or MOV file without its `moov` box, which recorders write last."""
    found = list(boxes(part))
    has_index = any(box.kind == b"moov" and box.end <= part.length for box in found)
    return bool(found) and found[0].kind == b"ftyp" and not has_index


def find_stray_index(part: Part) -> int | None:
    """The offset of a `moov` box that no box before it leads to; None if there is none.

    The box of the samples says a wrong size then, as if the recorder had been stopped while it wrote that.
    """
    for at in range(0, part.length, SEARCH_BLOCK):
        for found in INDEX.finditer(part.bytes_at(at, SEARCH_BLOCK + INDEX_OPENING)):
            start = at + found.start()
            if int.from_bytes(found[1]) <= part.length - start:
                return start
    return None


def with_index(part: Part) -> Part:
    """An MP4 or MOV file whose `mdat` box is as long as it has to be to lead to the index behind it."""
    data = next((box for box in boxes(part) if box.kind == b"mdat"), None)
    index = find_stray_index(part) if data and lacks_index(part) else None
    if data is None or index is None or index < data.start + 16:
        return part
    is_long = int.from_bytes(part.bytes_at(data.start, 4)) == 1
    at, width = (data.start + 8, 8) if is_long else (data.start, 4)
    size = index - data.start
    return part if size >= 1 << 8 * width else part.slice(0, part.length, {at: size.to_bytes(width)})


def declared_end(part: Part, container: str) -> int | None:
    """The offset at which the file should end, by its own account; None if it does not say."""
    match container:
        case "mov":
            return max((box.end for box in boxes(part)), default=None)
        case "matroska" | "webm":
            return matroska_end(part)
        case "asf":
            return asf_end(part)
        case "avi":
            return max((chunk.content + chunk.size for chunk in chunks(part, OUTER_RIFF, 0)), default=None)
        case "flv":
            return flv_end(part)
        case "au":
            size = int.from_bytes(part.bytes_at(8, 4))
            return None if size in (0, 0xFFFFFFFF) else int.from_bytes(part.bytes_at(4, 4)) + size
    return None


def flv_end(part: Part) -> int | None:
    """The size that an FLV file states in its metadata. Source: Adobe Flash Video File Format 10.1, annex E.5."""
    head = part.bytes_at(0, 4096)
    at = head.find(b"\x00\x08filesize\x00")  # the name with its length, then a number
    number = head[at + 11 : at + 19]
    size = struct.unpack(">d", number)[0] if at >= 0 and len(number) == 8 else 0.0
    return int(size) if 0 < size < 2**62 else None


def matroska_end(part: Part) -> int | None:
    """The end of the first segment. Source: RFC 8794, section 4 (sizes), and RFC 9559, section 5.1 (segment)."""
    at = 0
    for _ in range(10):
        name = part.bytes_at(at, 4)
        size, width = ebml_size(part.bytes_at(at + 4, 8))
        if size is None or name not in (MATROSKA_HEADER, MATROSKA_SEGMENT):
            return None
        at += 4 + width + size
        if name == MATROSKA_SEGMENT:
            return at
    return None


def ebml_size(head: bytes) -> tuple[int | None, int]:
    """A size of EBML and the bytes that it takes; None if it is not known, as in a live recording."""
    if not head or not head[0]:
        return None, 0
    width = 9 - head[0].bit_length()
    size = int.from_bytes(head[:width]) & (1 << 7 * width) - 1
    return (None if size == (1 << 7 * width) - 1 else size), width


def asf_end(part: Part) -> int | None:
    """The end of the data object. Source: Advanced Systems Format Specification, sections 3.1 and 5.1."""
    properties = asf_properties(part)
    if properties is None or properties.is_broadcast:
        return None
    header = int.from_bytes(part.bytes_at(16, 8), "little")
    return header + int.from_bytes(part.bytes_at(header + 16, 8), "little")


@dataclass(frozen=True, slots=True)
class AsfProperties:
    """What an ASF header says about the whole file; a broadcast does not know its length."""

    seconds: float
    is_broadcast: bool


def asf_properties(part: Part) -> AsfProperties | None:
    """The file properties object; libavformat ignores it if the file's size differs.

    Source: Advanced Systems Format Specification, section 3.2: after the object's GUID come, at these offsets, the
    play duration in units of 100 ns (64), the preroll in milliseconds (80), and flags (88).
    """
    head = part.bytes_at(0, 65536)
    at = head.find(ASF_FILE_PROPERTIES)
    if not head.startswith(ASF_HEADER) or at < 0 or at + 92 > len(head):
        return None
    duration, preroll = (int.from_bytes(head[at + here : at + here + 8], "little") for here in (64, 80))
    return AsfProperties(duration / 1e7 - preroll / 1e3, bool(head[at + 88] & 1))
