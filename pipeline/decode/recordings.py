"""The recordings that an upload holds, one after another, with wrong numbers in their headers corrected.

People join files by appending one to another, and web radios and recorders chain them. A player goes on with the next
recording; libavformat stops at it, or reads it by the first one's rate and channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.decode.boxes import boxes, with_index
from pipeline.decode.chunks import Family, family_of, find_samples, next_file
from pipeline.decode.mpeg_audio import without_tag
from pipeline.decode.part import Part

MOST_RECORDINGS = 1000
OGG_BLOCK = 1 << 16
OGG_FIRST = 2  # in the flags of a page: a stream begins
BLOCK = 1 << 20
LONGEST_OPENING = 64
OPENINGS = tuple(  # how files of these containers begin; long enough that nothing inside a file looks like it
    re.compile(opening, re.DOTALL)
    for opening in (
        rb"fLaC[\x00\x80]\x00\x00\x22",
        rb"\x1a\x45\xdf\xa3.{5,40}(?:matroska|webm)",
        rb"RIFF.{4}AVI LIST",
        rb"FLV\x01[\x01\x04\x05]\x00\x00\x00\x09",
        rb"wvpk.{5}\x04.{6}\x00{4}.{5}[\x08-\x0f\x18-\x1f]",  # its first block has the number 0 and the flag 2^11
        rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",  # ASF
        rb"\.snd\x00\x00.{6}\x00\x00\x00[\x01-\x1b]\x00",  # AU
        rb"TTA1[\x01-\x03]\x00.\x00[\x08\x10\x18\x20]\x00",
        rb"Creative Voice File\x1a\x1a\x00",
        rb"#!AMR(?:-WB)?\n",
    )
)


def recordings_in(upload: Part) -> list[Part]:
    """The recordings in `upload`, in order: most uploads hold one."""
    upload = without_tag(upload)
    head = upload.bytes_at(0, 12)
    if head[:4] == b"OggS":
        return split(upload, ogg_starts(upload))
    if head[4:8] == b"ftyp":
        mended = with_index(upload)
        return [mended] if mended.patches else split(upload, mp4_starts(upload))
    if family_of(upload):
        return chunked_recordings(upload)
    for opening in OPENINGS:
        if opening.match(head + upload.bytes_at(12, LONGEST_OPENING)):
            return split(upload, starts_like(upload, opening))
    return [upload]


def split(upload: Part, starts: Iterator[int]) -> list[Part]:
    """`upload` cut at `starts`, the first of which is 0."""
    cuts = [start for _, start in zip(range(MOST_RECORDINGS), starts, strict=False)] + [upload.length]
    return [upload.slice(start, end) for start, end in pairwise(cuts)]


def chunked_recordings(upload: Part) -> list[Part]:
    """The WAV, AIFF, CAF or Wave64 files in `upload`, each with the size of its data as it really is."""
    found: list[Part] = []
    start = 0
    family: Family | None = family_of(upload)
    while family and len(found) < MOST_RECORDINGS:
        rest = upload.rest(start)
        samples = find_samples(rest, family)
        if samples is None:
            break
        patches = {samples.size_at: samples.size} if samples.goes_on else {}
        end = samples.content + samples.held
        length = next_file(rest, family, end) or next_file(rest, family, end + 1) or rest.length
        found.append(upload.slice(start, start + length, patches))
        start += length
        family = family_of(upload, start)
    return found or [upload]


def ogg_starts(upload: Part) -> Iterator[int]:
    """Where chained streams of an Ogg file begin: at first pages that follow others. Source: RFC 3533, section 6."""
    yield 0
    at, was_first = 0, True
    while at < upload.length:
        head = upload.bytes_at(at, 282)
        if head[:4] != b"OggS" or len(head) < 27:
            step = upload.bytes_at(at + 1, OGG_BLOCK).find(b"OggS")
            at += 1 + (step if step >= 0 else OGG_BLOCK - 4)
            continue
        is_first = bool(head[5] & OGG_FIRST)
        if is_first and not was_first:
            yield at
        was_first = is_first
        at += 27 + head[26] + sum(head[27 : 27 + head[26]])


def starts_like(upload: Part, opening: re.Pattern[bytes]) -> Iterator[int]:
    """Wherever the upload goes on as `opening`."""
    for at in range(0, upload.length, BLOCK):
        for found in opening.finditer(upload.bytes_at(at, BLOCK + LONGEST_OPENING)):
            if found.start() < BLOCK:
                yield at + found.start()


def mp4_starts(upload: Part) -> Iterator[int]:
    """Where MP4 files begin that were appended to one another: at `ftyp` boxes after a whole file."""
    kinds: set[bytes] = set()
    yield 0
    for box in boxes(upload):
        if box.kind == b"ftyp" and b"moov" in kinds and kinds & {b"mdat", b"moof"}:
            yield box.start
            kinds = set()
        kinds.add(box.kind)
