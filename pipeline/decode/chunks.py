"""The chunks of RIFF, AIFF, CAF and Wave64 files, and how much their sample data really is.

Recorders write the size of the data last. If they are stopped before, or the size has 32 bits and the data is longer,
the header says less than there is. What follows the data tells which: another chunk, or more of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.decode.part import Part

MOST_CHUNKS = 1000
BLOCK = 1 << 20
PLACEHOLDER_BYTES = 1 << 16  # this close to 2^31 or 2^32, a size stands for "not known"
TAGS = (b"TAG", b"ID3", b"APETAGEX")  # appended by taggers, outside the chunks
WAVE64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")  # of the ids of Wave64's chunks, after four letters


@dataclass(frozen=True, slots=True)
class Family:
    """How the chunks of one family of containers are written."""

    first: int  # offset of the first chunk
    id_bytes: int
    size: str  # as struct writes it
    alignment: int
    counted: int  # bytes of the header that the size includes
    data: bytes  # the beginning of the id of the chunk with the samples

    @property
    def header(self) -> int:
        return self.id_bytes + struct.calcsize(self.size)

    def is_id(self, name: bytes) -> bool:
        letters = all(32 <= letter < 127 for letter in name[:4])
        return len(name) == self.id_bytes and letters and name[4:] in (b"", WAVE64_TAIL)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its id, where its content is, and how long the header says that is."""

    name: bytes
    content: int
    size: int


@dataclass(frozen=True, slots=True)
class SampleData:
    """The chunk with the samples: bytes as declared (None: not known when it was written) and as held by the file."""

    declared: int | None
    held: int
    content: int  # offset of the samples
    size_at: int  # offset of the size
    size: bytes  # the size as it should read

    @property
    def goes_on(self) -> bool:
        """Whether there is more than declared."""
        return self.held > (self.declared or 0)

    @property
    def missing(self) -> int | None:
        return None if self.declared is None else max(0, self.declared - self.held)


RIFF = Family(12, 4, "<I", 2, 0, b"data")
AIFF = Family(12, 4, ">I", 2, 0, b"SSND")
CAF = Family(8, 4, ">q", 1, 0, b"data")
WAVE64 = Family(40, 16, "<Q", 8, 24, b"data")


def family_of(part: Part, offset: int = 0) -> Family | None:
    """The family whose file begins at `offset`, if any."""
    head = part.bytes_at(offset, 12)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:] == b"WAVE":
        return RIFF
    if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[:8] == b"caff\0\1\0\0":
        return CAF
    return WAVE64 if head == b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb" else None


def chunks(part: Part, family: Family, offset: int) -> Iterator[Chunk]:
    """The chunks from `offset` on; what is no chunk ends them."""
    for _ in range(MOST_CHUNKS):
        head = part.bytes_at(offset, family.header)
        name = head[: family.id_bytes]
        if len(head) < family.header or not family.is_id(name):
            return
        size = struct.unpack(family.size, head[family.id_bytes :])[0] - family.counted
        yield Chunk(name, offset + family.header, size)
        if size < 0:
            return
        offset += family.header + -(-size // family.alignment) * family.alignment


def find_samples(part: Part, family: Family) -> SampleData | None:
    """The chunk with the samples; None if the file has none."""
    declared: int | None
    size_at, long_size = 0, None
    for chunk in chunks(part, family, family.first):
        if chunk.name == b"ds64":  # RF64 and BW64 write long sizes here, EBU Tech 3306
            size_at, long_size = chunk.content + 8, int.from_bytes(part.bytes_at(chunk.content + 8, 8), "little")
        if not chunk.name.startswith(family.data):
            continue
        is_long = long_size is not None and chunk.size == 0xFFFFFFFF
        declared = long_size if is_long else chunk.size
        if declared is not None and is_placeholder(declared, family, is_long):
            declared = None
        rest = part.length - chunk.content
        held = declared if declared is not None and ends_after(part, family, chunk.content + declared) else rest
        if is_long:
            return SampleData(declared, held, chunk.content, size_at, struct.pack("<Q", held))
        code = family.size
        most = 256 ** struct.calcsize(code) // (2 if code.endswith("q") else 1) - 1
        size = struct.pack(code, min(held + family.counted, most))
        return SampleData(declared, held, chunk.content, chunk.content - struct.calcsize(code), size)
    return None


def is_placeholder(size: int, family: Family, is_long: bool) -> bool:
    """Whether a recorder wrote `size` before it knew the real one."""
    if is_long or family in (CAF, WAVE64):
        return size <= 0 or size >= 2**62
    return size == 0 or any(abs(size - limit) <= PLACEHOLDER_BYTES for limit in (2**31, 2**32))


def ends_after(part: Part, family: Family, end: int) -> bool:
    """Whether the sample data ends at `end`, by what follows: another chunk or file, a tag, zeros; not samples."""
    if end > part.length:
        return False
    if part.length - end < family.header or part.bytes_at(end, 8).startswith(TAGS):
        return True
    aligned = -(-end // family.alignment) * family.alignment
    return any(begins_chunk(part, family, offset) for offset in (end, aligned)) or is_blank(part, end)


def begins_chunk(part: Part, family: Family, offset: int) -> bool:
    """Whether chunks from `offset` on fill the rest of the file, or lead to another file."""
    if next_file(part, family, offset) is not None:
        return True
    found = list(chunks(part, family, offset))
    return bool(found) and 0 <= found[-1].size <= part.length - found[-1].content


def next_file(part: Part, family: Family, offset: int) -> int | None:
    """Where another file begins, at `offset` or after the chunks there."""
    for chunk in chunks(part, family, offset):
        start = chunk.content - family.header
        if family_of(part, start):
            return start
    return offset if family_of(part, offset) else None


def is_blank(part: Part, offset: int) -> bool:
    """Whether only zeros follow, as in a file whose room was reserved in advance."""
    return not any(any(part.bytes_at(at, BLOCK)) for at in range(offset, part.length, BLOCK))
